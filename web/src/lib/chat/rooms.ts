/** How a room of people is called: by the name that somebody gave it; two people whose room is called after them, by the
 * other one's name. */
export function titleOf(title: string, kind: string, others: readonly { name: string }[], count: number): string {
	const [one] = others;
	if (one && others.length === 1 && count <= 2 && kind !== 'support' && (kind === 'direct' || !title || title.includes(one.name))) return one.name;
	return title || others.map(({ name }) => name).join(', ');
}

/** How a room of people is called: two people by the other one's name, more by the room's own. */
export function titleOf(title: string, kind: string, others: readonly { name: string }[], count: number): string {
	const [one] = others;
	if (one && others.length === 1 && count <= 2 && kind !== 'support') return one.name;
	return title || others.map(({ name }) => name).join(', ');
}

import { t } from '$lib/i18n';

/** How a room of people is called: by the name that somebody gave it; two people whose room is called after them, by the
 * other one's name. */
export function titleOf(title: string, kind: string, others: readonly { name: string; account_role?: string }[], count: number): string {
	const [one] = others;
	if (kind === 'support') {
		// Operators are in many such rooms: to them each is called after whoever asks.
		const asks = others.find(({ account_role }) => account_role !== 'admin');
		return asks ? t('support.title', { name: asks.name }) : title;
	}
	if (one && others.length === 1 && count <= 2 && (kind === 'direct' || !title || title.includes(one.name))) return one.name;
	return title || others.map(({ name }) => name).join(', ');
}

/** Words of messages: in one line, and whom they name. Pure functions. */
import type { Member } from '$lib/api/types';
import { plural } from '$lib/i18n';
import { plain } from '$lib/markdown/plain';

/** Letters that Unicode does not take apart into a plain one and an accent. */
const PLAIN: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i' };
/** As it is looked for: without capitals and accents. */
const folded = (text: string) =>
	text
		.toLowerCase()
		.normalize('NFKD')
		.replace(/[\u0300-\u036f]/g, '')
		.replace(/[łøđðþßæœı]/g, (letter) => PLAIN[letter] ?? letter);

/** Plain words without the marks of Markdown, cut to a length. Of a long text only the beginning is read. */
export function oneLine(text: string, most: number): string {
	const words = plain(text.slice(0, most * 8));
	return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

/** Names in a row; of many the first ones, and how many more there are. */
export function namesOf(names: readonly string[], most = 12): string {
	const more = names.length - most;
	return more > 1 ? `${names.slice(0, most).join(', ')} ${plural('person.more', more)}` : names.join(', ');
}

/** The members whose names follow an @ in the text; of two names that begin alike the longer one counts. */
export function mentionsIn(text: string, members: readonly Member[]): string[] {
	const found = new Set<string>();
	const byLength = [...members].sort((a, b) => b.name.length - a.name.length);
	for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
		if (at > 0 && /[\p{L}\p{N}_@]/u.test(text[at - 1] as string)) continue;
		const rest = text.slice(at + 1).toLowerCase();
		const named = byLength.filter(({ name }) => name && rest.startsWith(name.toLowerCase()) && !/^[\p{L}\p{N}_]/u.test(rest.slice(name.length)));
		for (const { user_id, name } of named) if (name.length === named[0]?.name.length) found.add(user_id);
	}
	return [...found];
}

/** Whether each of the words is somewhere in the name, whatever their order, capitals and accents. */
export function isCalled(name: string, words: string): boolean {
	const within = folded(name);
	return folded(words).split(/\s+/).every((word) => within.includes(word));
}

export interface Completion {
	/** Where the @ stands. */
	from: number;
	matches: Member[];
}

/** Whom the word before the caret may become; null where no @ has been begun. */
export function completion(text: string, caret: number, members: readonly Member[]): Completion | null {
	const begun = /(^|[\s([{])@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]*)?)$/u.exec(text.slice(0, caret));
	if (!begun) return null;
	const typed = begun[2] ?? '';
	// A whole name is done: Enter sends then, even if a longer name begins alike.
	if (members.some(({ name }) => name.toLowerCase() === typed.toLowerCase())) return null;
	const wanted = folded(typed);
	const matches = members.filter(({ name }) => [name, ...name.split(' ')].some((part) => folded(part).startsWith(wanted))).slice(0, 6);
	return matches.length ? { from: caret - typed.length - 1, matches } : null;
}

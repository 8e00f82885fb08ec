/** The inline part of the Markdown subset: code, strong, emphasis, strikethrough, links and bare addresses. */
export type Inline =
	| { type: 'text'; text: string }
	| { type: 'break' }
	| { type: 'code'; text: string }
	| { type: 'mention'; text: string }
	| { type: 'strong' | 'emphasis' | 'strike'; children: Inline[] }
	| { type: 'link'; href: string; children: Inline[] };

const CODE = /^(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/;
const LINK = /^\[((?:[^[\]]|\[[^[\]]*\]){1,300})\]\(\s*<?([^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s+"[^"]*")?\s*\)/;
const BARE = /^https?:\/\/[^\s<>"'`]+/i;
const STRONG = /^(?:\*\*(?=\S)([\s\S]*?\S)\*\*|__(?=\S)([\s\S]*?\S)__(?![\p{L}\p{N}_]))/u;
const EMPHASIS = /^(?:\*(?=[^\s*_])([\s\S]*?[^\s*_])\*(?![\w*])|_(?=[^\s*_])([\s\S]*?[^\s*_])_(?![\p{L}\p{N}_*]))/u;
// The star of a price, or of a note: after a word and before a comma it opens nothing.
const OPENS_NOTHING = /^[*_]+[,.;:!?)\]}/-]/;
const STRIKE = /^~~(?=\S)([\s\S]*?\S)~~/;
const SPECIAL = /[\\`*_~[\nhH]/;
const MAX_DEPTH = 8;

/** Parses text within one block. */
export function parseInline(source: string, depth = 0): Inline[] {
	return inline(source, depth);
}

/** Marks the names that follow an @, in text that is not code. */
export function withMentions(nodes: readonly Inline[], names: readonly string[]): Inline[] {
	if (!names.length) return [...nodes];
	return nodes.flatMap((node): Inline[] => {
		if (node.type === 'text') return named(node.text, names);
		return 'children' in node ? [{ ...node, children: withMentions(node.children, names) }] : [node];
	});
}

function named(text: string, names: readonly string[]): Inline[] {
	const wanted = [...names].sort((a, b) => b.length - a.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	const pattern = new RegExp(`(?<![\\p{L}\\p{N}_@])@(?:${wanted.join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
	const found: Inline[] = [];
	let at = 0;
	for (const match of text.matchAll(pattern)) {
		if (match.index > at) found.push({ type: 'text', text: text.slice(at, match.index) });
		found.push({ type: 'mention', text: match[0] });
		at = match.index + match[0].length;
	}
	if (at < text.length) found.push({ type: 'text', text: text.slice(at) });
	return found;
}

function inline(source: string, depth: number): Inline[] {
	const found: Inline[] = [];
	let text = '';
	let at = 0;
	const push = (node: Inline) => {
		if (text) found.push({ type: 'text', text });
		text = '';
		found.push(node);
	};
	while (at < source.length) {
		const character = source[at] as string;
		if (!SPECIAL.test(character)) {
			text += character;
			at += 1;
			continue;
		}
		const match = depth < MAX_DEPTH ? special(source, at, depth) : null;
		if (!match) {
			text += character;
			at += 1;
		} else {
			if (typeof match.node === 'string') text += match.node;
			else push(match.node);
			at += match.length;
		}
	}
	if (text) found.push({ type: 'text', text });
	return found;
}

interface Match {
	node: Inline | string;
	length: number;
}

function special(source: string, at: number, depth: number): Match | null {
	const rest = source.slice(at);
	const before = at ? (source[at - 1] as string) : ' ';
	let match: RegExpExecArray | null;
	switch (source[at]) {
		case '\\':
			return /^[\\`*_~[\]()#>|!-]/.test(rest.slice(1)) ? { node: rest[1] as string, length: 2 } : null;
		case '\n':
			return { node: { type: 'break' }, length: 1 };
		case '`':
			match = CODE.exec(rest);
			return match && { node: { type: 'code', text: (match[2] as string).replaceAll('\n', ' ') }, length: match[0].length };
		case '~':
			match = STRIKE.exec(rest);
			return match && nested('strike', match[1] as string, match[0].length, depth);
		case '[':
			return link(rest, depth);
		case 'h':
		case 'H':
			return /\w/.test(before) ? null : bare(rest);
		default:
			if (/[^\s([{"'“‘«]/.test(before) && OPENS_NOTHING.test(rest)) return null;
			if (/\d/.test(before) && /^\*+\d/.test(rest)) return null;
			if (source[at] === '_' && /[\p{L}\p{N}_]/u.test(before)) return null;
			if ((match = STRONG.exec(rest))) return nested('strong', (match[1] ?? match[2]) as string, match[0].length, depth);
			if ((match = EMPHASIS.exec(rest))) return nested('emphasis', (match[1] ?? match[2]) as string, match[0].length, depth);
			return null;
	}
}

function nested(type: 'strong' | 'emphasis' | 'strike', inner: string, length: number, depth: number): Match {
	return { node: { type, children: parseInline(inner, depth + 1) }, length };
}

function link(rest: string, depth: number): Match | null {
	const match = LINK.exec(rest);
	if (!match) return null;
	const href = safeHref(match[2] ?? '');
	const children = parseInline(match[1] as string, depth + 1).flatMap((node) => (node.type === 'link' ? node.children : [node]));
	return href ? { node: { type: 'link', href, children }, length: match[0].length } : null;
}

function bare(rest: string): Match | null {
	const match = BARE.exec(rest);
	if (!match) return null;
	const address = match[0].replace(/[.,;:!?)\]]+$/, '');
	const href = safeHref(address);
	return href ? { node: { type: 'link', href, children: [{ type: 'text', text: address }] }, length: address.length } : null;
}

/** The address if a person may follow it: absolute http or https, mailto, or a path of this site. */
export function safeHref(address: string): string | null {
	if (/^\/(?![/\\])[^\s\\]*$/.test(address)) return address;
	try {
		const url = new URL(address);
		return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
	} catch {
		return null;
	}
}

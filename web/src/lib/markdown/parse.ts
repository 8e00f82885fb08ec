/**
 * A small, safe subset of Markdown as a tree that components render as plain nodes. HTML is text here; links go to
 * http, https and mailto only. Unfinished markup, as it occurs while a reply streams, stays readable text.
 */
import { parseInline, withMentions, type Inline } from './inline';

export type Block =
	| { type: 'paragraph'; children: Inline[] }
	| { type: 'heading'; level: number; children: Inline[] }
	| { type: 'code'; language: string; text: string }
	| { type: 'quote'; children: Block[] }
	| { type: 'list'; ordered: boolean; start: number; items: Block[][] }
	| { type: 'table'; head: Inline[][]; rows: Inline[][][] }
	| { type: 'rule' };

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(\S.*)$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const ITEM = /^( *)([-*+•]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_LINE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const MAX_DEPTH = 6;

/** Parses a message. `names` are those of the people it mentions. */
export function parse(text: string, names: readonly string[] = []): Block[] {
	const parsed = blocks(text.replaceAll('\r\n', '\n').split('\n'), 0);
	return names.length ? parsed.map((block) => mentioned(block, names)) : parsed;
}

function mentioned(block: Block, names: readonly string[]): Block {
	switch (block.type) {
		case 'paragraph':
		case 'heading':
			return { ...block, children: withMentions(block.children, names) };
		case 'quote':
			return { ...block, children: block.children.map((child) => mentioned(child, names)) };
		case 'list':
			return { ...block, items: block.items.map((item) => item.map((child) => mentioned(child, names))) };
		default:
			return block;
	}
}

function blocks(lines: string[], depth: number): Block[] {
	const found: Block[] = [];
	let at = 0;
	while (at < lines.length) {
		const line = lines[at] as string;
		if (!line.trim()) {
			at += 1;
			continue;
		}
		const [block, next] = block1(lines, at, depth);
		found.push(block);
		at = next;
	}
	return found;
}

function block1(lines: string[], at: number, depth: number): [Block, number] {
	const line = lines[at] as string;
	const fence = FENCE.exec(line);
	if (fence) return code(lines, at, fence[1] as string, fence[2] ?? '');
	const heading = HEADING.exec(line);
	if (heading) return [{ type: 'heading', level: heading[1]?.length ?? 1, children: parseInline(unclosed((heading[2] ?? '').trimEnd())) }, at + 1];
	if (RULE.test(line)) return [{ type: 'rule' }, at + 1];
	if (depth < MAX_DEPTH && QUOTE.test(line)) return quote(lines, at, depth);
	if (depth < MAX_DEPTH && ITEM.test(line)) return list(lines, at, depth);
	if (line.includes('|') && TABLE_LINE.test(lines[at + 1] ?? '') && (lines[at + 1] ?? '').includes('-')) return table(lines, at);
	return paragraph(lines, at);
}

/** A heading without the signs that close it; `C#` keeps its own. */
function unclosed(heading: string): string {
	let end = heading.length;
	while (heading[end - 1] === '#') end -= 1;
	const words = heading.slice(0, end);
	return /\s$/.test(words) ? words.trimEnd() : heading;
}

function code(lines: string[], at: number, fence: string, language: string): [Block, number] {
	let end = at + 1;
	while (end < lines.length && !(lines[end] as string).trim().startsWith(fence)) end += 1;
	return [{ type: 'code', language, text: lines.slice(at + 1, end).join('\n') }, end + 1];
}

function quote(lines: string[], at: number, depth: number): [Block, number] {
	const inner: string[] = [];
	let match: RegExpExecArray | null;
	while (at < lines.length && (match = QUOTE.exec(lines[at] as string))) {
		inner.push(match[1] ?? '');
		at += 1;
	}
	return [{ type: 'quote', children: blocks(inner, depth + 1) }, at];
}

function list(lines: string[], at: number, depth: number): [Block, number] {
	const first = ITEM.exec(lines[at] as string) as RegExpExecArray;
	const indent = first[1]?.length ?? 0;
	const ordered = /\d/.test(first[2] ?? '');
	const items: string[][] = [];
	while (at < lines.length) {
		const line = lines[at] as string;
		const item = ITEM.exec(line);
		const current = items[items.length - 1];
		if (item && (item[1]?.length ?? 0) <= indent + 1) {
			if (/\d/.test(item[2] ?? '') !== ordered) break;
			items.push([item[3] ?? '']);
		} else if (current && !line.trim() && continues(lines[at + 1], indent, ordered)) current.push('');
		else if (current && (item || /^ {2,}\S/.test(line))) current.push(line.slice(Math.min(indent + 2, line.length - line.trimStart().length)));
		else break;
		at += 1;
	}
	const start = ordered ? parseInt(first[2] ?? '1', 10) : 1;
	return [{ type: 'list', ordered, start, items: items.map((item) => blocks(item, depth + 1)) }, at];
}

/** Whether a list goes on after a blank line: by a like item, or by text that is indented into the last one. */
function continues(line: string | undefined, indent: number, ordered: boolean): boolean {
	if (line === undefined) return false;
	const item = ITEM.exec(line);
	if (item && (item[1]?.length ?? 0) <= indent + 1) return /\d/.test(item[2] ?? '') === ordered;
	return new RegExp(`^ {${indent + 2},}\\S`).test(line);
}

function cells(line: string): string[] {
	return line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
}

function table(lines: string[], at: number): [Block, number] {
	const head = cells(lines[at] as string);
	const rows: Inline[][][] = [];
	let end = at + 2;
	for (; end < lines.length && (lines[end] as string).includes('|'); end += 1) {
		const row = cells(lines[end] as string);
		rows.push(head.map((_, column) => parseInline(row[column] ?? '')));
	}
	return [{ type: 'table', head: head.map((cell) => parseInline(cell)), rows }, end];
}

function paragraph(lines: string[], at: number): [Block, number] {
	const from = at;
	at += 1;
	while (at < lines.length && (lines[at] as string).trim() && !interrupts(lines[at] as string)) at += 1;
	return [{ type: 'paragraph', children: parseInline(lines.slice(from, at).map((line) => line.trim()).join('\n')) }, at];
}

function interrupts(line: string): boolean {
	return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line);
}

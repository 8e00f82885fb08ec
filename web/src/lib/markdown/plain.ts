/** Messages as plain words. The mails' `services/conversations/plain_text.py` reads them alike: see its tests. */
import type { Inline } from './inline';
import { parse, type Block } from './parse';

/** Between what stands below one another or in columns, where it has to be told apart in one line. */
const APART = ' · ';

/** The words of a message in one line: without marks, links by their text, code as it is, quotes in quotation marks. One that has no words is left as it was typed. */
export function plain(text: string): string {
	return line(parse(text).map(words)) || line([text]);
}

const line = (parts: readonly string[]) => parts.join(' ').replace(/\s+/g, ' ').trim();

function words(block: Block): string {
	switch (block.type) {
		case 'paragraph':
		case 'heading':
			return inline(block.children);
		case 'code':
			return block.text;
		case 'quote': {
			const said = line(block.children.map(words));
			return said && `“${said}”`;
		}
		case 'list': {
			const items = block.items.map((item) => line(item.map(words)));
			return block.ordered ? items.map((item, at) => `${block.start + at}. ${item}`).join(' ') : items.filter(Boolean).join(APART);
		}
		case 'table':
			return [block.head, ...block.rows].flat().map(inline).filter(Boolean).join(APART);
		default:
			return '';
	}
}

function inline(nodes: readonly Inline[]): string {
	return nodes.map((node) => ('text' in node ? node.text : 'children' in node ? inline(node.children) : '\n')).join('');
}

import { describe, expect, it } from 'vitest';
import { parse, type Block } from '$lib/markdown/parse';
import { parseInline, safeHref, type Inline } from '$lib/markdown/inline';

const words = (nodes: Inline[]): string =>
	nodes.map((node) => ('text' in node ? node.text : 'children' in node ? words(node.children) : '\n')).join('');
const types = (blocks: Block[]) => blocks.map(({ type }) => type);

describe('blocks', () => {
	it('of every kind are told apart', () => {
		expect(types(parse('# Title\n\ntext\nmore\n\n- a\n- b\n\n1. x\n\n> said\n\n---\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |'))).toEqual(
			['heading', 'paragraph', 'list', 'list', 'quote', 'rule', 'code', 'table']
		);
	});

	it('lists nest and keep their start', () => {
		const [list] = parse('3. one\n   - inner\n   - second\n4. two');
		expect(list).toMatchObject({ type: 'list', ordered: true, start: 3 });
		const items = (list as Extract<Block, { type: 'list' }>).items;
		expect(items.map(types)).toEqual([['paragraph', 'list'], ['paragraph']]);
	});

	it('an unfinished fence is code up to the end, as it streams', () => {
		expect(parse('```ts\nconst a = 1;')).toEqual([{ type: 'code', language: 'ts', text: 'const a = 1;' }]);
	});

	it('every prefix of a reply parses without loss of words', () => {
		const reply = '## Plan\n\nUse **PostgreSQL** and `pgvector`:\n\n- *fast*\n- [docs](https://example.org)\n\n| a | b |\n|---|---|\n| 1 | 2 |';
		for (let end = 0; end <= reply.length; end += 1) expect(() => parse(reply.slice(0, end))).not.toThrow();
	});

	it('deep nesting and long input end in time', () => {
		const started = performance.now();
		parse('> '.repeat(2_000) + 'x');
		parse('*'.repeat(8_000));
		parse('['.repeat(8_000));
		parse('`'.repeat(4_000) + 'a');
		parse('_a '.repeat(2_600));
		parse(`# a${' '.repeat(7_900)}b`);
		expect(performance.now() - started).toBeLessThan(1_500);
	});
});

describe('inline text', () => {
	it('knows strong, emphasis, strikethrough, code and links', () => {
		expect(parseInline('**a** *b* ~~c~~ `d` [e](https://f.example)').map(({ type }) => type)).toEqual(
			['strong', 'text', 'emphasis', 'text', 'strike', 'text', 'code', 'text', 'link']
		);
	});

	it('leaves snake_case, 2 * 3 * 4 and unfinished markup alone', () => {
		for (const text of ['snake_case_name', '2 * 3 * 4', '**unfinished', '[half](https://', 'a `tick']) {
			expect(words(parseInline(text))).toBe(text);
			expect(parseInline(text).every(({ type }) => type === 'text')).toBe(true);
		}
	});

	it('links bare addresses without the full stop after them', () => {
		expect(parseInline('see https://a.example/b.')).toEqual([
			{ type: 'text', text: 'see ' },
			{ type: 'link', href: 'https://a.example/b', children: [{ type: 'text', text: 'https://a.example/b' }] },
			{ type: 'text', text: '.' }
		]);
	});

	it('keeps HTML as text', () => {
		expect(parseInline('<img src=x onerror=alert(1)>')).toEqual([{ type: 'text', text: '<img src=x onerror=alert(1)>' }]);
	});

	it.each(['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', '//evil.example', '/\\evil.example', 'java\nscript:x', ''])(
		'never links to %j',
		(address) => {
			expect(safeHref(address)).toBeNull();
			expect(parseInline(`[x](${address})`).every(({ type }) => type !== 'link')).toBe(true);
		}
	);
});

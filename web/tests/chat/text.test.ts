import { describe, expect, it } from 'vitest';
import type { Member } from '$lib/api/types';
import { titleOf } from '$lib/chat/rooms';
import { completion, isCalled, mentionsIn, namesOf, oneLine } from '$lib/chat/text';
import { startOfDay } from '$lib/format/time';
import { parse } from '$lib/markdown/parse';

const person = (user_id: string, name: string) => ({ user_id, name }) as Member;
const people = [person('ann', 'Ann'), person('anna', 'Anna Lee'), person('bob', 'Bob (ops)')];

describe('mentions', () => {
	it.each([
		['@Ann, hello', ['ann']],
		['@Anna Lee and @ann', ['anna', 'ann']],
		['@Annabel', []],
		['ann@Ann.com', []],
		['(@bob (ops))', ['bob']],
		['@@Ann', []],
		['no one', []]
	])('in %j', (text, ids) => {
		expect(mentionsIn(text, people)).toEqual(ids);
	});

	it('are shown in words, not in code', () => {
		const [block] = parse('Hi **@Anna Lee**, `@Ann` @Ann', ['Ann', 'Anna Lee']);
		const flat = JSON.stringify(block);
		expect(flat.match(/"mention"/g)).toHaveLength(2);
		expect(flat).toContain('{"type":"code","text":"@Ann"}');
	});
});

describe('completion', () => {
	it('offers who begins so, by first or last name', () => {
		expect(completion('Hi @an', 6, people)?.matches.map(({ user_id }) => user_id)).toEqual(['ann', 'anna']);
		expect(completion('@lee', 4, people)).toMatchObject({ from: 0, matches: [people[1]] });
	});

	it('does without accents, which a name is given whole', () => {
		const jose = person('jose', 'José Álvarez');
		expect(completion('@jose', 5, [jose])).toEqual({ from: 0, matches: [jose] });
		expect(completion('@alv', 4, [jose])?.matches).toEqual([jose]);
		expect(completion('@josé álvarez', 13, [jose])).toBeNull();
	});

	it('is closed after a whole name, in addresses, and elsewhere', () => {
		for (const text of ['@Ann', 'mail ann@an', 'plain', '@zzz']) expect(completion(text, text.length, people)).toBeNull();
	});
});

it('a line has no marks and an end', () => {
	expect(oneLine('**Bold** and\n[a link](https://x.example) `code`', 100)).toBe('Bold and a link code');
	expect(oneLine('x'.repeat(50), 10)).toHaveLength(10);
});

it('a room of two is called by the other one, a bigger one by its name', () => {
	expect(titleOf('Scope', 'project', [{ name: 'Ann' }], 2)).toBe('Scope');
	expect(titleOf('Ann and Bo', 'project', [{ name: 'Ann' }], 2)).toBe('Ann');
	expect(titleOf('Bo', 'direct', [{ name: 'Ann' }], 2)).toBe('Ann');
	expect(titleOf('Scope', 'project', [{ name: 'Ann' }], 3)).toBe('Scope');
	expect(titleOf('Scope', 'project', [], 1)).toBe('Scope');
});

it('a day begins at midnight of its zone', () => {
	expect(startOfDay('2026-11-24', 'Asia/Tokyo')).toBe('2026-11-23T15:00:00.000Z');
	expect(startOfDay('2026-07-01', 'America/New_York')).toBe('2026-07-01T04:00:00.000Z');
});

describe('somebody is found by name', () => {
	it.each([
		['José Álvarez', 'jose'],
		['Jose Alvarez', 'JOSÉ'],
		['Łukasz Søndergård', 'lukasz sond'],
		['Ingrid Weiß', 'weiss'],
		['Nguyễn Văn Đức', 'duc nguyen'],
		['İpek Yıldız', 'ipek yildiz'],
		['Jo\u0308rg', 'j\u00f6rg'],
		['李小龙', '小龙'],
		['Ｍａｙａ', 'maya'],
		['مريم الحسن', 'الحسن']
	])('%s as %j', (name, words) => expect(isCalled(name, words)).toBe(true));

	it('only where every word is in the name', () => {
		expect(isCalled('José Álvarez', 'jose b')).toBe(false);
		expect(isCalled('José Álvarez', 'z jo')).toBe(true);
		expect(isCalled('Bob', 'bobby')).toBe(false);
	});
});

describe('names in a row', () => {
	const crowd = Array.from({ length: 500 }, (_, at) => `Person ${at}`);

	it('are all said where they are few', () => {
		expect(namesOf(['Ann', 'Bob'])).toBe('Ann, Bob');
		expect(namesOf(crowd.slice(0, 13), 12)).toContain('Person 12');
	});

	it('stop where they are many, and say how many more there are', () => {
		expect(namesOf(crowd, 2)).toBe('Person 0, Person 1 and 498 more');
	});
});

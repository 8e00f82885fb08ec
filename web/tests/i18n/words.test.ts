import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { money, shortMoney } from '$lib/format/money';
import { initials } from '$lib/format/number';
import { countdown, dayKey, relativeDay, zoneName } from '$lib/format/time';
import { plural, t } from '$lib/i18n';
import { en } from '$lib/i18n/en';

const sources = (folder: string): string[] =>
	readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		return entry.isDirectory() ? sources(path) : /\.(svelte|ts)$/.test(entry.name) ? [path] : [];
	});

describe('the catalogue', () => {
	it('fills in values and chooses the plural form', () => {
		expect(t('matches.book', { name: 'Maya', day: 'Tuesday', time: '3 PM' })).toBe('Book Maya on Tuesday at 3 PM.');
		expect(plural('minutes', 1)).toBe('1 minute');
		expect(plural('minutes', 1_500)).toBe('1,500 minutes');
	});

	it('has no words that nothing uses', () => {
		const code = sources('src').filter((path) => !/i18n\/en[./]/.test(path)).map((path) => readFileSync(path, 'utf8')).join('\n');
		// A key put together from parts stands for every key of that form.
		const forms = [...code.matchAll(/(?:t|term|plural)\(`([^`]*\$\{[^`]*)`/g)].map(
			([, form]) => new RegExp(`^${(form as string).replace(/[.]/g, '\\.').replace(/\$\{[^}]*\}/g, '[\\w.-]+')}`)
		);
		const unused = Object.keys(en).filter((key) => !code.includes(`'${key}'`) && !forms.some((form) => form.test(key)));
		expect(unused).toEqual([]);
	});
});

describe('formats', () => {
	it('money knows minor units', () => {
		expect(money({ amount: 12_500, currency: 'USD' })).toBe('$125');
		expect(money({ amount: 6_750, currency: 'EUR' })).toBe('€67.50');
		expect(money({ amount: 5_000, currency: 'JPY' })).toBe('¥5,000');
		expect(shortMoney({ amount: 7_840_000, currency: 'USD' })).toBe('$78.4K');
	});

	it('days and countdowns follow the zone and the clock', () => {
		expect(dayKey('2026-11-24T02:00:00Z', 'America/New_York')).toBe('2026-11-23');
		expect(relativeDay('2026-11-24T10:00:00Z', 'UTC', new Date('2026-11-23T10:00:00Z'))).toBe('Tomorrow');
		expect(countdown(845_000)).toBe('14:05');
		expect(countdown(-5)).toBe('0:00');
		expect(countdown(3_661_000)).toBe('1:01:01');
		expect(zoneName('Europe/Lisbon', '2026-11-24T10:00:00Z')).toMatch(/^Lisbon/);
	});

	it('initials of names in any script', () => {
		expect(initials('Maya van der Lindqvist')).toBe('ML');
		expect(initials('李小龙')).toBe('李');
		expect(initials('  ')).toBe('?');
	});
});

import { ago, dayKey, longDay, moment, relativeDay, shortDay, startOfDay } from '$lib/format/time';
import { describe, expect, it } from 'vitest';

describe('the beginning of a day', () => {
	it.each([
		['2026-11-24', 'UTC', '2026-11-24T00:00:00.000Z'],
		['2026-11-24', 'Europe/Berlin', '2026-11-23T23:00:00.000Z'],
		['2026-11-24', 'America/New_York', '2026-11-24T05:00:00.000Z'],
		// Days on which clocks change, west and east of Greenwich.
		['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
		['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
		['2026-03-08', 'America/Los_Angeles', '2026-03-08T08:00:00.000Z'],
		['2026-11-01', 'America/Los_Angeles', '2026-11-01T07:00:00.000Z'],
		['2026-10-04', 'Australia/Sydney', '2026-10-03T14:00:00.000Z'],
		['2026-04-05', 'Australia/Sydney', '2026-04-04T13:00:00.000Z'],
		['2026-09-27', 'Pacific/Auckland', '2026-09-26T12:00:00.000Z'],
		['2026-04-05', 'Pacific/Auckland', '2026-04-04T11:00:00.000Z'],
		// Midnight is skipped: the day begins at one.
		['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
		// A quarter of an hour, and a day further.
		['2026-11-24', 'Asia/Kathmandu', '2026-11-23T18:15:00.000Z'],
		['2026-11-24', 'Pacific/Kiritimati', '2026-11-23T10:00:00.000Z']
	])('of %s in %s', (day, zone, begins) => {
		expect(startOfDay(day, zone)).toBe(begins);
		expect(dayKey(begins, zone)).toBe(day);
		expect(dayKey(new Date(Date.parse(begins) - 1), zone) < day).toBe(true);
	});
});

describe('days by their names', () => {
	it('are those of the calendar, also when one of them has 23 or 25 hours', () => {
		const late = new Date('2026-10-25T22:45:00Z'); // 23:45 in Berlin, on the day that has 25 hours
		expect(relativeDay('2026-10-24T12:00:00Z', 'Europe/Berlin', late)).toBe('Yesterday');
		expect(relativeDay('2026-10-25T00:30:00Z', 'Europe/Berlin', late)).toBe('Today');
		const early = new Date('2026-03-28T23:15:00Z'); // 0:15 in Berlin, on the day that has 23 hours
		expect(relativeDay('2026-03-28T12:00:00Z', 'Europe/Berlin', early)).toBe('Yesterday');
		expect(relativeDay('2026-03-30T10:00:00Z', 'Europe/Berlin', early)).toBe('Tomorrow');
	});
});

describe('days of another year', () => {
	const now = new Date('2026-01-02T11:00:00Z');

	it('tell their year where one looks back, and no other days do', () => {
		expect(relativeDay('2025-11-24T12:00:00Z', 'UTC', now)).toBe('Monday, November 24, 2025');
		expect(relativeDay('2026-01-20T12:00:00Z', 'UTC', now)).toBe('Tuesday, January 20');
		expect(relativeDay('2027-01-20T12:00:00Z', 'UTC', now)).toBe('Wednesday, January 20');
		expect(longDay('2025-11-24T12:00:00Z', 'UTC', now)).toBe('Monday, November 24, 2025');
		expect(shortDay('2025-11-24T12:00:00Z', 'UTC', now)).toBe('Mon, Nov 24, 2025');
		expect(moment('2025-11-24T15:00:00Z', 'UTC', now)).toMatch(/^Mon, Nov 24, 2025, 3:00\sPM$/);
		expect(ago('2025-11-24T12:00:00Z', 'UTC', now)).toBe('Nov 24, 2025');
		expect(ago('2026-01-01T12:00:00Z', 'UTC', now)).toBe('23h');
	});

	it('are of another year in the zone of whoever reads', () => {
		const at = '2025-12-31T11:30:00Z';
		expect(shortDay(at, 'Pacific/Auckland', now)).toBe('Thu, Jan 1');
		expect(shortDay(at, 'Pacific/Honolulu', now)).toBe('Wed, Dec 31, 2025');
	});
});

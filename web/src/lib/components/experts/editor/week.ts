/** The hours of a week as they are edited: for each day a list of stretches, as the clock shows them. */
import type { Availability } from '$lib/api/types';
import { locale } from '$lib/i18n';

export interface Stretch {
	start: string;
	end: string;
}
export type Week = Stretch[][];

const minute = (time: string) => time.slice(0, 5);

/** Monday to Sunday, in words. 2024-01-01 was a Monday. */
export const DAYS = Array.from({ length: 7 }, (_, day) => new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, 1 + day))));

export function weekOf(hours: Availability): Week {
	const week: Week = DAYS.map(() => []);
	for (const each of hours.week) week[each.weekday]?.push({ start: minute(each.start), end: minute(each.end) });
	return week;
}

/** The first day whose stretches end before they begin, or overlap; null if all is well. An end of 00:00 is midnight. */
export function muddled(week: Week): number | null {
	const end = (stretch: Stretch) => (stretch.end === '00:00' ? '24:00' : stretch.end);
	const at = week.findIndex((day) => {
		const sorted = [...day].sort((one, other) => one.start.localeCompare(other.start));
		return sorted.some((each, number) => !each.start || !each.end || each.start >= end(each) || (sorted[number + 1]?.start ?? '99') < end(each));
	});
	return at < 0 ? null : at;
}

export const input = (week: Week) => week.flatMap((day, weekday) => day.map(({ start, end }) => ({ weekday, start: `${start}:00`, end: `${end}:00` })));

/** Dates and times in a person's own zone. `at` and `now` are instants, `zone` an IANA name. */
import { locale, plural, t } from '$lib/i18n';

type Instant = string | Date;

const date = (at: Instant) => (typeof at === 'string' ? new Date(at) : at);
const show = (at: Instant, zone: string, options: Intl.DateTimeFormatOptions) =>
	new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }).format(date(at));

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** `2026-11-24`, to group by day. */
export function dayKey(at: Instant, zone: string): string {
	return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(date(at));
}

/** The instant (ISO 8601) at which a day, `2026-11-24`, begins in a zone. */
export function startOfDay(day: string, zone: string): string {
	const wanted = Date.parse(`${day}T00:00:00Z`);
	const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
	const ahead = (at: number) => Date.parse(`${clock.format(at).replace(' ', 'T')}Z`) - Math.floor(at / 1000) * 1000;
	// Clocks may change between midnight there and midnight UTC: looked up again, the difference is that of midnight there.
	// Where clocks skip midnight itself, the day begins at the first time that it has.
	const guess = wanted - ahead(wanted);
	const second = wanted - ahead(guess);
	return new Date(Math.max(second, dayKey(new Date(second), zone) < day ? guess : second)).toISOString();
}

/** `3:00 PM`. */
export const clock = (at: Instant, zone: string) => show(at, zone, { hour: 'numeric', minute: '2-digit' });

/** The year, where it is told: looking back from `now`, a day of another year could be any year's. */
const year = (at: Instant, zone: string, now: Date | undefined): Intl.DateTimeFormatOptions =>
	now && dayKey(at, zone).slice(0, 4) < dayKey(now, zone).slice(0, 4) ? { year: 'numeric' } : {};

/** `Tue, Nov 24`; with `now`, `Tue, Nov 24, 2026` when that is an earlier year. */
export const shortDay = (at: Instant, zone: string, now?: Date) => show(at, zone, { weekday: 'short', month: 'short', day: 'numeric', ...year(at, zone, now) });

/** `Tuesday, November 24`; with `now`, `Tuesday, November 24, 2026` when that is an earlier year. */
export const longDay = (at: Instant, zone: string, now?: Date) => show(at, zone, { weekday: 'long', month: 'long', day: 'numeric', ...year(at, zone, now) });

/** `Nov 24, 2026`. */
export const fullDay = (at: Instant, zone: string) => show(at, zone, { year: 'numeric', month: 'short', day: 'numeric' });

/** `Nov 24, 2026, 3:00 PM`. */
export const fullMoment = (at: Instant, zone: string) => `${fullDay(at, zone)}, ${clock(at, zone)}`;

/** `Tue, Nov 24, 3:00 PM`; with `now`, `Tue, Nov 24, 2026, 3:00 PM` when that is an earlier year. */
export const moment = (at: Instant, zone: string, now?: Date) => `${shortDay(at, zone, now)}, ${clock(at, zone)}`;

/** `Today`, `Yesterday`, `Tomorrow` or the long day, with its year when that is an earlier one. */
export function relativeDay(at: Instant, zone: string, now: Date): string {
	// Days of the calendar: where clocks change one has 23 hours, or 25.
	const days = (Date.parse(dayKey(at, zone)) - Date.parse(dayKey(now, zone))) / 86_400_000;
	if (days === 0) return t('time.today');
	if (days === -1) return t('time.yesterday');
	if (days === 1) return t('time.tomorrow');
	return longDay(at, zone, now);
}

/** For lists: `now`, `5m`, `3h`, `Tue`, `Nov 3`, `Nov 3, 2025` when that is an earlier year. */
export function ago(at: Instant, zone: string, now: Date): string {
	const seconds = (now.getTime() - date(at).getTime()) / 1000;
	if (seconds < 60) return t('time.now');
	if (seconds < 3_600) return t('time.minutes', { count: Math.floor(seconds / 60) });
	if (seconds < 86_400) return t('time.hours', { count: Math.floor(seconds / 3_600) });
	if (seconds < 6 * 86_400) return show(at, zone, { weekday: 'short' });
	return show(at, zone, { month: 'short', day: 'numeric', ...year(at, zone, now) });
}

/** `Lisbon (WET)` for `Europe/Lisbon`, at that moment. */
export function zoneName(zone: string, at: Instant): string {
	const city = (zone.split('/').pop() ?? zone).replaceAll('_', ' ');
	const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' }).formatToParts(date(at));
	const short = parts.find(({ type }) => type === 'timeZoneName')?.value;
	return short && short !== city ? `${city} (${short})` : city;
}

/** A countdown for the last hour; before that the hours are enough: `23 hours`. */
export function timeLeft(milliseconds: number): string {
	const hours = Math.floor(milliseconds / 3_600_000);
	return hours >= 1 ? plural('hours', hours) : countdown(milliseconds);
}

/** `14:05` of minutes and seconds left, never negative; hours are added from one hour on. */
export function countdown(milliseconds: number): string {
	const total = Math.max(0, Math.ceil(milliseconds / 1000));
	const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor((total % 3_600) / 60), total % 60];
	const two = (value: number) => String(value).padStart(2, '0');
	return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

import { locale } from '$lib/i18n';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** `1.4 MB`: a size as file managers show it, by powers of 1024. */
export function fileSize(bytes: number): string {
	let [value, unit] = [bytes, 0];
	while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
	const digits = unit > 0 && value < 10 ? 1 : 0;
	return new Intl.NumberFormat(locale, { style: 'unit', unit: UNITS[unit], unitDisplay: unit === 0 ? 'long' : 'short', maximumFractionDigits: digits }).format(value);
}

import { locale } from '$lib/i18n';

/** `12.5`, at most one decimal. */
export const decimal = (value: number) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value);

/** `64%` of a share between 0 and 1. */
export const percent = (share: number) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);

/** `+8`, `−3`, `0`. */
export const signed = (value: number) => new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' }).format(value);

/** Up to two initials of a name. */
export function initials(name: string): string {
	const words = name.replace(/[^\p{L}\p{N}\s-]/gu, '').split(/\s+/).filter(Boolean);
	const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words.slice(0, 1);
	return letters.map((word) => Array.from(word ?? '')[0] ?? '').join('').toUpperCase() || '?';
}

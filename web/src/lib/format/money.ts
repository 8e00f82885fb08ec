import type { Money } from '$lib/api/types';
import { locale } from '$lib/i18n';

/** Digits after the decimal point of a currency. */
export const digits = (currency: string) => new Intl.NumberFormat(locale, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

function format(money: Money, options: Intl.NumberFormatOptions): string {
	const formatter = new Intl.NumberFormat(locale, { style: 'currency', currency: money.currency, ...options });
	return formatter.format(money.amount / 10 ** digits(money.currency));
}

/** `$1,250`, `€99.50`: minor units are shown only where there are any. */
export function money(value: Money): string {
	return format(value, { trailingZeroDisplay: 'stripIfInteger' } as Intl.NumberFormatOptions);
}

/** `$78K`: for scales and tight places. */
export function shortMoney(value: Money): string {
	return format(value, { notation: 'compact', maximumSignificantDigits: 3 });
}

/** `$120/h`. */
export function hourly(value: Money): string {
	return `${money(value)}/h`;
}

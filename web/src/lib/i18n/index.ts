/** Words of the product. Every text a person reads comes from the catalogue, by a typed key. */
import { en } from './en';

type Catalogue = typeof en;
type Plural = { readonly one: string; readonly other: string };
export type Key = keyof Catalogue;
export type TextKey = { [K in Key]: Catalogue[K] extends string ? K : never }[Key];
export type PluralKey = { [K in Key]: Catalogue[K] extends Plural ? K : never }[Key];

/** Keys of texts without `{names}`: what can be kept in a list and said as it is. */
export type PlainKey = { [K in TextKey]: Catalogue[K] extends `${string}{${string}}${string}` ? never : K }[TextKey];

type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<S extends string> = [Names<S>] extends [never] ? [] : [values: Record<Names<S>, string | number>];

export const locale = 'en';
const rules = new Intl.PluralRules(locale);

function fill(text: string, values: Record<string, string | number>): string {
	return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text of a key, with its `{names}` filled in. */
export function t<K extends TextKey>(key: K, ...values: Values<Catalogue[K] & string>): string {
	return fill(en[key] as string, (values[0] ?? {}) as Record<string, string | number>);
}

/** The text of a key in the form that fits `count`; `{count}` is the formatted number. */
export function plural(key: PluralKey, count: number): string {
	const forms = en[key] as Plural;
	const form = rules.select(count) === 'one' ? forms.one : forms.other;
	return fill(form, { count: new Intl.NumberFormat(locale).format(count) });
}

/** The text of a key made at run time (an enum value of the API, say), or `fallback` where the catalogue has none. */
export function term(key: string, fallback: string): string {
	const text = (en as Record<string, string | Plural>)[key];
	return typeof text === 'string' ? text : fallback;
}

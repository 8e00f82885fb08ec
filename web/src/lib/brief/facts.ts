/** The brief as rows to show and edit: pure functions of what the API answers. */
import type { Edit } from '$lib/api/projects';
import type { Brief, BriefBudget } from '$lib/api/types';
import { money } from '$lib/format/money';
import { decimal } from '$lib/format/number';
import { plural, t, term, type TextKey } from '$lib/i18n';

export type Field = Exclude<keyof Brief, 'language' | 'history'>;
export type Source = 'stated' | 'inferred' | 'assumed' | 'edited';

export interface Fact {
	text: string;
	/** What `BriefEdit` takes for it. */
	value: unknown;
	source: Source;
	quote: string | null;
	note: string | null;
	message: string | null;
}

export interface Section {
	field: Field;
	name: string;
	list: boolean;
	facts: Fact[];
}

export interface Group {
	title: string;
	sections: Section[];
}

const GROUPS: readonly (readonly [TextKey, readonly Field[]])[] = [
	['brief.group.about', ['summary', 'industries', 'stage', 'users', 'scale', 'markets']],
	['brief.group.scope', ['features', 'integrations', 'platforms']],
	['brief.group.limits', ['budget', 'monthly_budget', 'hourly_cap', 'deadline', 'team']],
	['brief.group.tech', ['technologies', 'constraints']],
	['brief.group.rules', ['sensitivity', 'regulations']],
	['brief.group.left', ['exclusions']]
];
/** Lists that take free words. The others hold values of a fixed set, which are said in the chat. */
const OPEN = new Set<Field>(['features', 'integrations', 'technologies', 'constraints', 'users', 'regulations', 'exclusions']);
/** Shown while they are empty, because they are what an estimate needs most. */
const ASKED = new Set<Field>(['features', 'budget', 'deadline', 'team']);

export const takesWords = (field: Field) => OPEN.has(field);

/** What is known, in groups; empty sections only where one can say something that matters. */
export function groups(brief: Brief): Group[] {
	return GROUPS.map(([title, fields]) => ({
		title: t(title as 'brief.group.about'),
		sections: fields.map((field) => section(brief, field)).filter(({ field, facts }) => facts.length > 0 || ASKED.has(field))
	})).filter(({ sections }) => sections.length > 0);
}

export const count = (brief: Brief) => GROUPS.flatMap(([, fields]) => fields).reduce((sum, field) => sum + section(brief, field).facts.length, 0);

/** The edit that takes a fact out. */
export function without(held: Section, fact: Fact): Edit {
	return { [held.field]: held.list ? held.facts.filter((each) => each !== fact).map(({ value }) => value) : null };
}

/** The edit that puts a section back as it was. */
export function restored(held: Section): Edit {
	return { [held.field]: held.list ? held.facts.map(({ value }) => value) : (held.facts[0]?.value ?? null) };
}

/** The edit that adds words to a list. */
export function extended(held: Section, words: string): Edit {
	const added = words.split(',').map((word) => word.trim()).filter(Boolean);
	return { [held.field]: [...held.facts.map(({ value }) => value), ...added] };
}

function section(brief: Brief, field: Field): Section {
	const held = brief[field] as unknown;
	const list = Array.isArray(held);
	const items = (list ? held : held ? [held] : []) as Record<string, unknown>[];
	return { field, name: t(`brief.field.${field}` as 'brief.field.summary'), list, facts: items.map((item) => fact(field, item)) };
}

function fact(field: Field, item: Record<string, unknown>): Fact {
	const value = 'name' in item ? (item.slug ?? item.name) : item.value;
	return {
		text: written(field, item),
		value,
		source: item.source as Source,
		quote: (item.quote as string | null) ?? null,
		note: (item.note as string | null) ?? null,
		message: (item.message_id as string | null) ?? null
	};
}

function written(field: Field, item: Record<string, unknown>): string {
	if (typeof item.name === 'string') return item.name;
	const value = item.value;
	if (field === 'budget' || field === 'monthly_budget' || field === 'hourly_cap') return range(value as BriefBudget);
	if (field === 'deadline') {
		const { weeks, due } = value as { weeks: number | null; due: string | null };
		return weeks ? plural('brief.about-weeks', Math.round(weeks)) : t('brief.by', { date: due ?? '' });
	}
	if (field === 'team') {
		const { size, roles } = value as { size: number | null; roles: string[] };
		if (size === 0) return t('brief.nobody');
		return size ? plural('brief.builders', size) : roles.join(', ');
	}
	if (field === 'scale') return plural('brief.users-count', (value as { users: number }).users);
	const slug = String(value);
	if (field === 'markets' && /^[A-Z]{2}$/.test(slug)) return new Intl.DisplayNames('en', { type: 'region' }).of(slug) ?? slug;
	const words = slug.replaceAll('-', ' ');
	return field === 'summary' || field === 'users' ? slug : term(`brief.${field}.${slug}`, words.charAt(0).toUpperCase() + words.slice(1));
}

function range({ low, high }: BriefBudget): string {
	if (low && high) return low.amount === high.amount ? money(high) : t('brief.range', { low: money(low), high: money(high) });
	if (high) return t('brief.up-to', { high: money(high) });
	return low ? t('brief.at-least', { low: money(low) }) : '';
}

/** A budget of one figure, as the API takes it; null where the text is no amount. */
export function budget(field: Field, amount: string, currency: string): BriefBudget | null {
	const major = Number(amount.replace(/[\s,'’]/g, ''));
	if (!Number.isFinite(major) || major <= 0 || major > 1e12) return null;
	const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
	const value = { amount: Math.round(major * 10 ** digits), currency };
	const kind = field === 'monthly_budget' ? 'monthly' : field === 'hourly_cap' ? 'hourly_cap' : 'total';
	return { low: field === 'hourly_cap' ? null : value, high: value, kind, approximate: false };
}

/** The figure of a budget for an input field. */
export function figure(value: BriefBudget | undefined): { amount: string; currency: string } {
	const bound = value?.high ?? value?.low;
	if (!bound) return { amount: '', currency: 'USD' };
	const digits = new Intl.NumberFormat('en', { style: 'currency', currency: bound.currency }).resolvedOptions().maximumFractionDigits ?? 2;
	return { amount: decimal(bound.amount / 10 ** digits), currency: bound.currency };
}

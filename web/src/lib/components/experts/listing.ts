/** What a list of experts is narrowed by, as it stands in the address: shareable, and the same after a reload. */
import type { ExpertQuery } from '$lib/api/experts';

export const FACETS = ['skills', 'industries', 'engagements', 'stages', 'languages', 'countries'] as const;
export type Facet = (typeof FACETS)[number];
export const SORTS = ['relevance', 'rating', 'experience', 'rate_low', 'rate_high', 'newest'] as const;
export type Sort = (typeof SORTS)[number];

/** How a value of a facet is written; what it stands for, the API says. */
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const WRITTEN: Record<Facet, (value: string) => boolean> = {
	skills: (value) => value.trim().length > 0 && value.length <= 64,
	industries: (value) => SLUG.test(value) && value.length <= 64,
	engagements: (value) => ['call', 'fractional', 'interim'].includes(value),
	stages: (value) => ['idea', 'prototype', 'mvp', 'launched', 'growth', 'rebuild'].includes(value),
	languages: (value) => /^[a-z]{2,3}$/.test(value),
	countries: (value) => /^[A-Z]{2}$/.test(value)
};
const MOST: Record<Facet, number> = { skills: 10, industries: 10, engagements: 3, stages: 6, languages: 10, countries: 20 };

const whole = (text: string | null) => {
	const value = Number(text);
	return text && Number.isInteger(value) && value >= 1 && value <= 1e9 ? value : undefined;
};

/** The query of an address; what the API would refuse by its form is left out. */
export function queryOf(params: URLSearchParams): ExpertQuery {
	const sort = SORTS.find((each) => each === params.get('sort'));
	const valuesOf = (facet: Facet) => [...new Set(params.getAll(facet).filter(WRITTEN[facet]))].slice(0, MOST[facet]);
	const chosen = Object.fromEntries(FACETS.map((facet) => [facet, valuesOf(facet)]).filter(([, values]) => values?.length));
	return {
		...chosen,
		q: (params.get('q') ?? '').slice(0, 200) || undefined,
		sort: sort === 'relevance' ? undefined : sort,
		min_rate: whole(params.get('min_rate')),
		max_rate: whole(params.get('max_rate')),
		bookable: params.get('bookable') === 'true' || undefined
	};
}

/** The address of a query, in one fixed order. */
export function addressOf(query: ExpertQuery): string {
	const params = new URLSearchParams();
	if (query.q) params.set('q', query.q);
	for (const facet of FACETS) for (const value of query[facet] ?? []) params.append(facet, value);
	if (query.min_rate) params.set('min_rate', String(query.min_rate));
	if (query.max_rate) params.set('max_rate', String(query.max_rate));
	if (query.bookable) params.set('bookable', 'true');
	if (query.sort) params.set('sort', query.sort);
	const text = params.toString();
	return text ? `/experts?${text}` : '/experts';
}

/** The query with a value of a facet put in, or taken out if it was there. */
export function toggled(query: ExpertQuery, facet: Facet, value: string): ExpertQuery {
	const values: string[] = query[facet] ?? [];
	const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
	return { ...query, [facet]: next.length ? next : undefined };
}

/** How many filters are set. */
export const count = (query: ExpertQuery) =>
	FACETS.reduce((sum, facet) => sum + (query[facet]?.length ?? 0), 0) + Number(!!(query.min_rate || query.max_rate)) + Number(!!query.bookable);

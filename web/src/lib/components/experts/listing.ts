/** What a list of experts is narrowed by, as it stands in the address: shareable, and the same after a reload. */
import type { ExpertQuery } from '$lib/api/experts';

export const FACETS = ['skills', 'industries', 'engagements', 'stages', 'languages', 'countries'] as const;
export type Facet = (typeof FACETS)[number];
export const SORTS = ['relevance', 'rating', 'experience', 'rate_low', 'rate_high', 'newest'] as const;
export type Sort = (typeof SORTS)[number];

const whole = (text: string | null) => {
	const value = Number(text);
	return text && Number.isInteger(value) && value >= 1 && value <= 1e9 ? value : undefined;
};

/** The query of an address; what the API would refuse by its form is left out. */
export function queryOf(params: URLSearchParams): ExpertQuery {
	const sort = SORTS.find((each) => each === params.get('sort'));
	const chosen = Object.fromEntries(FACETS.map((facet) => [facet, params.getAll(facet).slice(0, 10)]).filter(([, values]) => values?.length));
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

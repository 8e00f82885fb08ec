import { counted, patchOf, picksOf } from '$lib/components/experts/resume/picked';
import type { MyProfile, ResumeReading } from '$lib/api/types';
import { describe, expect, it } from 'vitest';

const said = (text: string) => ({ text, passages: [text] });
const READING: ResumeReading = {
	pages: 1,
	characters: 900,
	headline: said('CTO at Vardlinjen AB'),
	story: said('I have led software teams in healthcare for eighteen years.'),
	years: { years: 8, stated: false, passages: [] },
	skills: [
		{ skill: 'java', name: 'Java', years: null, level: 2, passages: [] },
		{ skill: 'rust', name: 'Rust', years: 3, level: 2, passages: [] }
	],
	roles: [
		{ title: 'CTO', company: 'Vardlinjen AB', from_year: 2019, to_year: null, outcomes: [], passages: [] },
		{ title: 'Programmer', company: 'Hagel Oy', from_year: 2008, to_year: 2012, outcomes: [], passages: [] }
	],
	industries: [],
	languages: [{ value: 'sv', name: 'Swedish', passages: [] }],
	links: []
};
const PROFILE = {
	headline: 'Telehealth that doctors like',
	story: 'A story of my own that took an evening to write.',
	years: 18,
	skills: [{ skill: 'java', name: 'Java', years: 12, level: 3 }],
	roles: [{ title: 'CTO', company: 'Vardlinjen AB', from_year: 2019, to_year: null, outcomes: ['A million patients'] }],
	industries: ['healthcare'],
	languages: ['en'],
	links: []
} as unknown as MyProfile;

describe('what a résumé proposes', () => {
	it('fills an empty profile', () => {
		const picks = picksOf(READING, null);
		expect(counted(picks)).toBe(8);
		expect(patchOf(picks, null)).toMatchObject({ headline: 'CTO at Vardlinjen AB', years: 8, languages: ['sv'] });
	});

	it('takes the place of nothing that the profile says, unless it is chosen', () => {
		const picks = picksOf(READING, PROFILE);
		expect(patchOf(picks, PROFILE)).toEqual({
			skills: [
				{ skill: 'java', years: 12, level: 3 },
				{ skill: 'rust', years: 3, level: 2 }
			],
			roles: [PROFILE.roles[0], { title: 'Programmer', company: 'Hagel Oy', from_year: 2008, to_year: 2012, outcomes: [] }],
			languages: ['en', 'sv']
		});
		picks.headline.keep = true;
		expect(patchOf(picks, PROFILE).headline).toBe('CTO at Vardlinjen AB');
	});
});

/** What a résumé proposes, as the CTO goes through it: each piece is kept or not, and may be changed. */
import type { MyProfile, ProfilePatch, ResumeReading } from '$lib/api/types';

export interface Picks {
	headline: { keep: boolean; text: string };
	story: { keep: boolean; text: string };
	years: { keep: boolean; value: number };
	skills: { keep: boolean; skill: string; name: string; years: number; level: number; passages: string[] }[];
	roles: { keep: boolean; title: string; company: string; from: number; to: number | null; outcomes: string[]; passages: string[] }[];
	industries: { keep: boolean; value: string; name: string; passages: string[] }[];
	languages: { keep: boolean; value: string; name: string; passages: string[] }[];
	links: { keep: boolean; kind: ResumeReading['links'][number]['kind']; url: string }[];
}

const roleKey = (role: { title: string; company: string }, from: number) => `${role.title}/${role.company}/${from}`;

/** Everything is offered; what was only guessed, or would take the place of what the profile says, has to be chosen. */
export function picksOf(reading: ResumeReading, profile: MyProfile | null): Picks {
	const skills = new Set(profile?.skills.map(({ skill }) => skill));
	const roles = new Set(profile?.roles.map((role) => roleKey(role, role.from_year)));
	return {
		headline: { keep: !!reading.headline && !profile?.headline, text: reading.headline?.text ?? '' },
		story: { keep: !!reading.story && !profile?.story, text: reading.story?.text ?? '' },
		years: { keep: !!reading.years && !profile?.years, value: reading.years?.years ?? 0 },
		skills: reading.skills.map(({ skill, name, years, level, passages }) => ({ keep: !skills.has(skill), skill, name, years: years ?? 1, level, passages })),
		roles: reading.roles.map((role) => ({ keep: !!role.company && !roles.has(roleKey(role, role.from_year)), title: role.title, company: role.company, from: role.from_year, to: role.to_year, outcomes: role.outcomes, passages: role.passages })),
		industries: reading.industries.map((each) => ({ keep: true, ...each })),
		languages: reading.languages.map((each) => ({ keep: true, ...each })),
		links: reading.links.map(({ kind, url }) => ({ keep: true, kind, url }))
	};
}

const kept = <T extends { keep: boolean }>(items: T[]) => items.filter(({ keep }) => keep);

/** How many pieces are kept. */
export const counted = (picks: Picks) =>
	[picks.headline, picks.story, picks.years].filter(({ keep }) => keep).length + [picks.skills, picks.roles, picks.industries, picks.languages, picks.links].reduce((sum, items) => sum + kept<{ keep: boolean }>(items).length, 0);

const merged = <T>(old: T[], added: T[], key: (item: T) => string, most: number): T[] => [...new Map([...old, ...added].map((item) => [key(item), item])).values()].slice(0, most);

/** The change of the profile: lists grow, and what was chosen takes the place of what said the same. */
export function patchOf(picks: Picks, profile: MyProfile | null): ProfilePatch {
	const patch: ProfilePatch = {};
	if (picks.headline.keep) patch.headline = picks.headline.text.trim();
	if (picks.story.keep) patch.story = picks.story.text.trim();
	if (picks.years.keep) patch.years = Math.min(60, Math.max(0, Math.round(picks.years.value || 0)));
	const skills = kept(picks.skills).map(({ skill, years, level }) => ({ skill, years: Math.min(60, Math.max(0, Math.round(years || 0))), level }));
	if (skills.length) patch.skills = merged((profile?.skills ?? []).map(({ skill, years, level }) => ({ skill, years, level })), skills, ({ skill }) => skill, 40);
	const roles = kept(picks.roles)
		.filter(({ company }) => company.trim())
		.map(({ title, company, from, to, outcomes }) => ({ title, company: company.trim(), from_year: from, to_year: to, outcomes }));
	if (roles.length) patch.roles = merged(profile?.roles ?? [], roles, (role) => roleKey(role, role.from_year), 20);
	if (kept(picks.industries).length) patch.industries = [...new Set([...(profile?.industries ?? []), ...kept(picks.industries).map(({ value }) => value)])].slice(0, 12);
	if (kept(picks.languages).length) patch.languages = [...new Set([...(profile?.languages ?? []), ...kept(picks.languages).map(({ value }) => value)])].slice(0, 12);
	if (kept(picks.links).length) patch.links = merged((profile?.links ?? []).map(({ kind, url }) => ({ kind, url })), kept(picks.links).map(({ kind, url }) => ({ kind, url })), ({ url }) => url, 8);
	return patch;
}

/** One's own CTO profile while it is worked on: changes are saved by themselves, one request at a time, and undone. */
import * as experts from '$lib/api/experts';
import { ApiError, explain, hasCode, isStatus } from '$lib/api/errors';
import type { MyProfile, ProfilePatch, ProfileStatus } from '$lib/api/types';
import { t } from '$lib/i18n';
import { session } from './session.svelte';

const PAUSE_MS = 700;
const MOST_STEPS = 50;
/** What a browser sends while its page goes away. */
const MOST_AT_LEAVING = 60_000;
export type Part = Exclude<keyof ProfilePatch, 'as_of'>;
const PARTS: readonly Part[] = ['headline', 'story', 'country', 'timezone', 'languages', 'industries', 'stages', 'engagements', 'rate', 'years', 'skills', 'roles', 'links', 'portfolio'];
/** What the server says of these is for programmers; the words for people are ours. */
const OWN_WORDS = { links: 'edit.link.problem', roles: 'edit.role.problem' } as const;

const parts = (patch: ProfilePatch): Part[] => PARTS.filter((part) => part in patch);
const differs = (part: Part, one: MyProfile, other: MyProfile): boolean => JSON.stringify(one[part]) !== JSON.stringify(other[part]);
const only = (patch: ProfilePatch, part: Part): ProfilePatch => ({ [part]: patch[part] });

class Profile {
	value = $state.raw<MyProfile | null>(null);
	/** The server has said whether there is one. */
	known = $state(false);
	/** What could not be saved, and why. */
	problems = $state<Partial<Record<Part, string>>>({});
	/** Why nothing could be saved at all. */
	problem = $state('');
	/** What somebody changed in another window while it was changed here. */
	contested = $state.raw<Part[]>([]);
	saving = $state(false);
	/** Something was written that has not been sent yet. */
	waiting = $state(false);
	/** Goes up when the form has to be filled in again from `value`. */
	revision = $state(0);
	steps = $state(0);
	unsaved = $derived(!!this.problem || Object.keys(this.problems).length > 0);

	#pending: ProfilePatch = {};
	#undo: ProfilePatch[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	#running: Promise<void> | null = null;
	#of: string | null = null;

	async load(): Promise<void> {
		const user = session.user?.id ?? null;
		if (this.#of === user) return this.catchUp();
		[this.#of, this.#undo, this.steps] = [user, [], 0];
		this.#forget();
		[this.value, this.known] = [null, false];
		try {
			this.#show(await experts.myProfile());
		} catch (error) {
			if (!isStatus(error, 404)) {
				this.#of = null;
				throw error;
			}
		}
		this.known = true;
	}

	async start(patch: ProfilePatch = {}): Promise<void> {
		this.#show(await experts.startProfile(patch));
		await session.load();
	}

	/** Saved a moment after the last change. */
	change(patch: ProfilePatch): void {
		Object.assign(this.#pending, patch);
		for (const part of parts(patch)) delete this.problems[part];
		this.waiting = true;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.flush(), PAUSE_MS);
	}

	/** What is written there cannot be saved as it is. */
	refuse(part: Part, problem: string): void {
		delete this.#pending[part];
		this.problems[part] = problem;
	}

	/** Saves what waits; resolves when nothing waits any more. Never throws: `problems` says what is wrong. */
	async flush(): Promise<void> {
		clearTimeout(this.#timer);
		if (this.#running) await this.#running;
		this.waiting = false;
		const patch = this.#pending;
		if (!parts(patch).length || !this.value || this.contested.length) return;
		this.#pending = {};
		this.#running = this.#send(patch);
		await this.#running;
		this.#running = null;
		if (parts(this.#pending).some((part) => !this.problems[part]) && !this.problem) await this.flush();
	}

	/** The page goes away: what waits is sent without waiting for an answer. */
	leave(): void {
		const patch = this.#pending;
		if (parts(patch).length && this.value && JSON.stringify(patch).length < MOST_AT_LEAVING) void experts.changeProfile({ ...patch, as_of: this.value.updated_at }, true).catch(() => undefined);
	}

	/** A whole set of changes at once, as one step. Throws what the server refuses. */
	async apply(patch: ProfilePatch): Promise<void> {
		await this.flush();
		const before = this.#before(patch);
		this.#show(await experts.changeProfile(patch));
		this.#remember(before);
	}

	/** Takes back what could not be saved, or else the last step that was. */
	async undo(): Promise<void> {
		await this.flush();
		if (this.unsaved) return this.discard();
		const before = this.#undo.at(-1);
		if (!before) return;
		this.#show(await experts.changeProfile({ ...before, as_of: this.value?.updated_at }));
		this.#undo.pop();
		this.steps = this.#undo.length;
	}

	/** Forgets what has not been saved. */
	discard(): void {
		this.#forget();
		this.revision += 1;
	}

	async become(status: ProfileStatus): Promise<void> {
		await this.flush();
		if (this.unsaved) throw new ApiError(409, 'unsaved', t('cto.unsaved', { problem: this.problem || (Object.values(this.problems)[0] ?? '') }));
		this.#take(await experts.changeStatus(status));
	}

	async refresh(): Promise<void> {
		await this.flush();
		this.#take(await experts.myProfile());
	}

	/** Shows what was changed elsewhere, unless something is being written here. */
	async catchUp(): Promise<void> {
		if (!this.value || this.#running || this.unsaved || parts(this.#pending).length) return;
		const latest = await experts.myProfile().catch(() => null);
		if (latest && !this.#running && !this.unsaved && !parts(this.#pending).length) this.#take(latest);
	}

	/** Decides between two windows: what was written here, or what is saved. */
	async settle(mine: boolean): Promise<void> {
		this.contested = [];
		if (mine) return this.flush();
		this.discard();
	}

	async #send(patch: ProfilePatch): Promise<void> {
		this.saving = true;
		try {
			await this.#save(patch);
			this.problem = '';
		} catch (error) {
			if (hasCode(error, 'profile_changed')) return await this.#reconcile(patch);
			const names = parts(patch);
			// What was written is wrong, and it is not the way there. One at a time, so that what is right is saved.
			const refused = isStatus(error, 409, 422);
			if (refused) this.problem = '';
			if (refused && names.length > 1) {
				for (const part of names) await this.#send(only(patch, part));
				return;
			}
			this.#pending = { ...patch, ...this.#pending };
			if (refused && names[0]) this.problems[names[0]] = this.#words(names[0], error as ApiError);
			else this.problem = explain(error);
		} finally {
			this.saving = false;
		}
	}

	async #save(patch: ProfilePatch): Promise<void> {
		const before = this.#before(patch);
		this.value = await experts.changeProfile({ ...patch, as_of: this.value?.updated_at });
		for (const part of parts(patch)) if (!(part in this.#pending)) delete this.problems[part];
		this.#remember(before);
	}

	/** The profile was changed elsewhere. What does not meet is saved; what does waits for a decision. */
	async #reconcile(patch: ProfilePatch): Promise<void> {
		this.#pending = { ...patch, ...this.#pending };
		const old = this.value;
		let latest: MyProfile;
		try {
			latest = await experts.myProfile();
		} catch (error) {
			this.problem = explain(error);
			return;
		}
		this.contested = old ? parts(this.#pending).filter((part) => differs(part, old, latest)) : [];
		if (this.contested.length) {
			this.value = latest;
			return;
		}
		const waiting = this.#pending;
		this.#pending = {};
		const elsewhere = old && PARTS.some((part) => differs(part, old, latest));
		this.value = latest;
		await this.#send(waiting);
		// The form shows what is saved now, unless something in it is not.
		if (elsewhere && !this.unsaved && !parts(this.#pending).length) this.revision += 1;
	}

	#words(part: Part, error: ApiError): string {
		if (error.code !== 'invalid_input') return explain(error);
		return part === 'links' || part === 'roles' ? t(OWN_WORDS[part]) : (error.errors[0]?.message ?? explain(error));
	}

	#before(patch: ProfilePatch): ProfilePatch {
		const value = this.value;
		if (!value) return {};
		const old = Object.fromEntries(parts(patch).map((part) => [part, value[part]])) as ProfilePatch;
		if (old.skills) old.skills = value.skills.map(({ skill, years, level }) => ({ skill, years, level }));
		if (old.portfolio) old.portfolio = value.portfolio.map(({ id }) => id);
		// A rate or a country that was never set cannot be unset again.
		if (old.rate && !old.rate.amount) delete old.rate;
		if (old.country === '') delete old.country;
		return old;
	}

	#remember(before: ProfilePatch): void {
		if (Object.keys(before).length) this.#undo = [...this.#undo, before].slice(-MOST_STEPS);
		this.steps = this.#undo.length;
	}

	#forget(): void {
		clearTimeout(this.#timer);
		this.waiting = false;
		[this.#pending, this.problems, this.problem, this.contested] = [{}, {}, '', []];
	}

	/** The form is filled in again only if what it shows has changed. */
	#take(value: MyProfile): void {
		const old = this.value;
		[this.value, this.known] = [value, true];
		if (!old || PARTS.some((part) => differs(part, old, value))) this.revision += 1;
	}

	#show(value: MyProfile): void {
		this.value = value;
		this.known = true;
		this.revision += 1;
	}
}

export const profile = new Profile();

/** One's own CTO profile while it is worked on: changes are saved by themselves, one request at a time, and undone. */
import * as experts from '$lib/api/experts';
import { ApiError, explain, isStatus } from '$lib/api/errors';
import type { MyProfile, ProfilePatch, ProfileStatus } from '$lib/api/types';
import { session } from './session.svelte';

const PAUSE_MS = 700;
const MOST_STEPS = 50;
type Field = keyof ProfilePatch;

class Profile {
	value = $state.raw<MyProfile | null>(null);
	/** The server has said whether there is one. */
	known = $state(false);
	problem = $state('');
	saving = $state(false);
	/** Goes up when the form has to be filled in again from `value`. */
	revision = $state(0);
	steps = $state(0);

	#pending: ProfilePatch = {};
	#undo: ProfilePatch[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	#running: Promise<void> | null = null;
	#of: string | null = null;

	async load(): Promise<void> {
		const user = session.user?.id ?? null;
		if (this.#of === user) return;
		[this.#of, this.#undo, this.#pending, this.steps] = [user, [], {}, 0];
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
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.flush(), PAUSE_MS);
	}

	/** Saves what waits; resolves when nothing waits any more. Never throws: `problem` says what is wrong. */
	async flush(): Promise<void> {
		clearTimeout(this.#timer);
		if (this.#running) await this.#running;
		const patch = this.#pending;
		if (!Object.keys(patch).length || !this.value) return;
		this.#pending = {};
		this.#running = this.#send(patch, this.#before(patch));
		await this.#running;
		this.#running = null;
		if (Object.keys(this.#pending).length && !this.problem) await this.flush();
	}

	/** A whole set of changes at once, as one step. Throws what the server refuses. */
	async apply(patch: ProfilePatch): Promise<void> {
		await this.flush();
		const before = this.#before(patch);
		this.#show(await experts.changeProfile(patch));
		this.#remember(before);
	}

	async undo(): Promise<void> {
		await this.flush();
		const before = this.#undo.pop();
		if (!before) return;
		this.steps = this.#undo.length;
		this.#show(await experts.changeProfile(before));
		this.problem = '';
	}

	async become(status: ProfileStatus): Promise<void> {
		await this.flush();
		if (this.problem) throw new ApiError(409, 'unsaved', this.problem);
		this.#show(await experts.changeStatus(status));
	}

	async refresh(): Promise<void> {
		await this.flush();
		this.#show(await experts.myProfile());
	}

	async #send(patch: ProfilePatch, before: ProfilePatch): Promise<void> {
		[this.saving, this.problem] = [true, ''];
		try {
			this.value = await experts.changeProfile(patch);
			this.#remember(before);
		} catch (error) {
			// What was refused is sent again with the next change.
			this.#pending = { ...patch, ...this.#pending };
			this.problem = (error instanceof ApiError && error.errors[0]?.message) || explain(error);
		} finally {
			this.saving = false;
		}
	}

	#before(patch: ProfilePatch): ProfilePatch {
		const value = this.value;
		if (!value) return {};
		const old = Object.fromEntries((Object.keys(patch) as Field[]).map((field) => [field, value[field]])) as ProfilePatch;
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

	#show(value: MyProfile): void {
		this.value = value;
		this.known = true;
		this.revision += 1;
	}
}

export const profile = new Profile();

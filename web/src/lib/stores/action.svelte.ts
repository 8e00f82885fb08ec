/** Something a person sets off: it is busy, it may ask for a step-up, and it may fail in words. */
import { ApiError, Cancelled, explain } from '$lib/api/errors';
import { confirmed } from './step-up.svelte';

export class Action {
	busy = $state(false);
	problem = $state('');
	/** What is wrong with single fields, by their name. */
	problems = $state.raw<Readonly<Record<string, string>>>({});

	/** True once `work` is done. `fields` are those that show their own problem; all others are told in `problem`. */
	async run(work: () => Promise<void>, ...fields: string[]): Promise<boolean> {
		if (this.busy) return false;
		this.clear();
		this.busy = true;
		try {
			await confirmed(work);
			return true;
		} catch (error) {
			if (!(error instanceof Cancelled)) this.#tell(error, fields);
			return false;
		} finally {
			this.busy = false;
		}
	}

	clear(): void {
		[this.problem, this.problems] = ['', {}];
	}

	#tell(error: unknown, fields: string[]): void {
		const told = error instanceof ApiError ? error.errors.map(({ field, message }) => [field.split('.').pop() ?? field, message]) : [];
		this.problems = Object.fromEntries(told.filter(([field]) => fields.includes(field ?? '')));
		if (!Object.keys(this.problems).length) this.problem = explain(error);
	}
}

/** Whom the person has saved. Loaded once somebody looks, and again when another person is here. */
import * as experts from '$lib/api/experts';
import { SvelteSet } from 'svelte/reactivity';
import { session } from './session.svelte';

class Saved {
	#ids = new SvelteSet<string>();
	#loading: Promise<void> | null = null;

	constructor() {
		session.onChange(() => {
			this.#loading = null;
			this.#ids.clear();
			this.load();
		});
	}

	has(id: string): boolean {
		return this.#ids.has(id);
	}

	/** Without a session there is nothing to load, and none is begun for it. */
	load(): void {
		if (!session.user) return;
		this.#loading ??= experts.listSaved().then(
			(items) => items.forEach(({ expert }) => this.#ids.add(expert.id)),
			() => void (this.#loading = null)
		);
	}

	/** Saves or takes back at once; what the server refuses is put right again, and thrown. */
	async toggle(id: string): Promise<void> {
		const was = this.#ids.has(id);
		if (was) this.#ids.delete(id);
		else this.#ids.add(id);
		try {
			if (!session.user) await session.ensure();
			// A new guest's list is empty, and has just been cleared.
			if (!was) this.#ids.add(id);
			await (was ? experts.unsave(id) : experts.save(id));
		} catch (error) {
			if (was) this.#ids.add(id);
			else this.#ids.delete(id);
			throw error;
		}
	}
}

export const saved = new Saved();

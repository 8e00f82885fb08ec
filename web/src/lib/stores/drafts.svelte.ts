/** What is written and not sent, per room; `new` is the first page. Kept for the tab, so that a detour loses nothing. */
import { SvelteMap } from 'svelte/reactivity';

const KEY = 'sextant.drafts';

class Drafts {
	#texts = new SvelteMap<string, string>(read());
	/** Counts requests to put the caret into the composer. */
	focus = $state(0);

	get(room: string): string {
		return this.#texts.get(room) ?? '';
	}

	set(room: string, text: string): void {
		if (text) this.#texts.set(room, text);
		else this.#texts.delete(room);
		try {
			sessionStorage.setItem(KEY, JSON.stringify([...this.#texts]));
		} catch {
			// Without storage drafts last for this page.
		}
	}

	/** Puts words into the composer and the caret after them. */
	prepare(room: string, text: string): void {
		this.set(room, text);
		this.focus += 1;
	}
}

function read(): [string, string][] {
	try {
		return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as [string, string][];
	} catch {
		return [];
	}
}

export const drafts = new Drafts();

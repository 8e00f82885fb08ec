/**
 * What is written and not sent, per room; `new` is the first page. Kept for the tab at once, so that a detour loses
 * nothing, and at the server a moment later, so that it is there on one's other devices.
 */
import { readDraft } from '$lib/api/people';
import type { PersonEvent, RoomEvent } from '$lib/realtime/protocol';
import { SvelteMap } from 'svelte/reactivity';
import { realtime } from './realtime.svelte';

const KEY = 'sextant.drafts';
const PAUSE_MS = 700;
/** While one types here, a draft of another device waits. */
const MINE_MS = 3_000;

class Drafts {
	#texts = new SvelteMap<string, string>(read());
	/** Counts requests to put the caret into the composer. */
	focus = $state(0);

	#origin = crypto.randomUUID();
	#timers = new Map<string, ReturnType<typeof setTimeout>>();
	#typed = new Map<string, number>();
	#known = new Map<string, string>();

	start(): void {
		realtime.onEvents((events) => this.#receive(events));
	}

	get(room: string): string {
		return this.#texts.get(room) ?? '';
	}

	set(room: string, text: string): void {
		this.#keep(room, text);
		if (room === 'new') return;
		this.#typed.set(room, Date.now());
		clearTimeout(this.#timers.get(room));
		this.#timers.set(room, setTimeout(() => this.#send(room), text ? PAUSE_MS : 0));
	}

	/** Puts words into the composer and the caret after them. */
	prepare(room: string, text: string): void {
		this.set(room, text);
		this.focus += 1;
	}

	/** What the server has, where nothing is being written here. */
	learn(room: string, text: string): void {
		this.#known.set(room, text);
		if (!this.#timers.has(room) && Date.now() - (this.#typed.get(room) ?? 0) > MINE_MS) this.#keep(room, text);
	}

	/** The server has none any more: it was sent from another device. What was written here since stays. */
	sent(room: string): void {
		const known = this.#known.get(room);
		if (known && known === this.get(room)) this.learn(room, '');
	}

	#send(room: string): void {
		this.#timers.delete(room);
		const text = this.get(room);
		if (text === (this.#known.get(room) ?? '') || Array.from(text).length > 8_000) return;
		this.#known.set(room, text);
		realtime.command({ type: 'draft.set', room, text, reply_to: null, origin: this.#origin }).catch(() => this.#known.delete(room));
	}

	#receive(events: readonly (RoomEvent | PersonEvent)[]): void {
		for (const event of events) {
			if (event.type !== 'draft' || event.origin === this.#origin) continue;
			if (event.text !== null) this.learn(event.room, event.text);
			else readDraft(event.room).then(({ text }) => this.learn(event.room, text), () => undefined);
		}
	}

	#keep(room: string, text: string): void {
		if (text) this.#texts.set(room, text);
		else this.#texts.delete(room);
		try {
			sessionStorage.setItem(KEY, JSON.stringify([...this.#texts]));
		} catch {
			// Without storage drafts last for this page.
		}
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

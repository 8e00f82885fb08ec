/**
 * What is written and not sent, per room; `new` is the first page. Kept for the tab at once, so that a detour loses
 * nothing, and at the server a moment later, so that it is there on one's other devices. What could not be told to the
 * server yet is newer than what the server has, and told when there is a connection again.
 */
import { readDraft, readMessage } from '$lib/api/people';
import type { User } from '$lib/api/types';
import { CommandError } from '$lib/realtime/connection';
import type { PersonEvent, RoomEvent } from '$lib/realtime/protocol';
import { SvelteMap } from 'svelte/reactivity';
import { messages } from './messages.svelte';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';

const KEY = 'sextant.drafts';
const PAUSE_MS = 700;
/** While one types here, a draft of another device waits. */
const MINE_MS = 3_000;

interface Kept {
	texts: [string, string][];
	/** Rooms whose text the server does not have yet. */
	untold: string[];
	/** Whose they are: a person with an account, or null. */
	person: string | null;
}

class Drafts {
	#texts: SvelteMap<string, string>;
	#untold: Set<string>;
	#person: string | null;
	/** Counts requests to put the caret into the composer. */
	focus = $state(0);

	#origin = crypto.randomUUID();
	#timers = new Map<string, ReturnType<typeof setTimeout>>();
	#typed = new Map<string, number>();
	#known = new Map<string, string>();
	/** When the server was last told. */
	#toldAt = new Map<string, number>();
	/** Of somebody whose session has ended; theirs again when they come back. */
	#left: Kept | null = null;

	constructor() {
		const { texts, untold, person } = read();
		this.#texts = new SvelteMap(texts);
		this.#untold = new Set(untold);
		this.#person = person;
	}

	start(): void {
		session.onChange((user) => this.#identify(user));
		realtime.onEvents((events) => this.#receive(events));
		realtime.onOpen(() => {
			for (const room of this.#untold) if (!this.#timers.has(room)) this.#send(room);
		});
	}

	get(room: string): string {
		return this.#texts.get(room) ?? '';
	}

	set(room: string, text: string): void {
		if (travels(room)) this.#untold.add(room);
		this.#keep(room, text);
		if (!travels(room)) return;
		this.#typed.set(room, Date.now());
		clearTimeout(this.#timers.get(room));
		this.#timers.set(room, setTimeout(() => this.#send(room), text ? PAUSE_MS : 0));
	}

	/** Puts words into the composer and the caret after them. */
	prepare(room: string, text: string): void {
		this.set(room, text);
		this.focus += 1;
	}

	/** What is answered has changed. */
	answers(room: string): void {
		if (this.get(room)) this.set(room, this.get(room));
	}

	/**
	 * What the server has (nothing, when it was sent from another device). What was written here since stays, and so does what
	 * the server was told after it had been asked for this, at `asked`.
	 */
	learn(room: string, text: string, answered: string | null, asked = Date.now()): void {
		if ((this.#toldAt.get(room) ?? -1) >= asked) return;
		this.#known.set(room, whole(text, answered));
		if (this.#untold.has(room) || Date.now() - (this.#typed.get(room) ?? 0) <= MINE_MS) return;
		const before = this.get(room);
		this.#keep(room, text);
		if (answered) void this.#answer(room, text, answered);
		else if (before !== text) messages.reply(room, null);
	}

	/** What the draft answers, unless that is gone or the draft is another one by then. */
	async #answer(room: string, text: string, answered: string): Promise<void> {
		if (messages.replying[room]?.id === answered) return;
		try {
			const message = await readMessage(room, answered);
			if (!message.deleted_at && this.get(room) === text && !this.#untold.has(room)) messages.reply(room, message);
		} catch {
			// Then it is a draft that answers nothing.
		}
	}

	#send(room: string): void {
		this.#timers.delete(room);
		const text = this.get(room);
		const reply_to = text ? (messages.replying[room]?.id ?? null) : null;
		if (whole(text, reply_to) === (this.#known.get(room) ?? whole('', null))) return this.#told(room, text, reply_to);
		if (Array.from(text).length > 8_000) return;
		realtime.command({ type: 'draft.set', room, text, reply_to, origin: this.#origin }).then(
			() => this.#told(room, text, reply_to),
			// One that is refused (the room was left, say) is refused again; one without an answer waits for a connection.
			(error) => error instanceof CommandError && this.#told(room, text, reply_to)
		);
	}

	#told(room: string, text: string, answered: string | null): void {
		this.#known.set(room, whole(text, answered));
		this.#toldAt.set(room, Date.now());
		if (this.get(room) !== text || this.#timers.has(room)) return;
		this.#untold.delete(room);
		this.#store();
	}

	#receive(events: readonly (RoomEvent | PersonEvent)[]): void {
		for (const event of events) {
			if (event.type !== 'draft' || event.origin === this.#origin) continue;
			if (event.text !== null) this.learn(event.room, event.text, event.reply_to ?? null, Infinity);
			else readDraft(event.room).then(({ text, reply_to }) => this.learn(event.room, text, reply_to ?? null), () => undefined);
		}
	}

	/** Nobody finds here what somebody else has begun to write. A visitor's words stay theirs when they sign in. */
	#identify(user: User | null): void {
		const person = user && user.role !== 'guest' ? user.id : null;
		if (this.#person !== null && this.#person !== person) {
			this.#left = this.#kept();
			this.#forget();
		}
		if (person !== null && this.#left !== null) {
			if (this.#left.person === person) {
				for (const [room, text] of this.#left.texts) this.#texts.set(room, text);
				this.#untold = new Set(this.#left.untold);
			}
			this.#left = null;
		}
		this.#person = person;
		this.#store();
	}

	#forget(): void {
		messages.replying = {};
		messages.editing = null;
		for (const timer of this.#timers.values()) clearTimeout(timer);
		for (const each of [this.#texts, this.#timers, this.#typed, this.#known, this.#toldAt, this.#untold]) each.clear();
	}

	#keep(room: string, text: string): void {
		if (text) this.#texts.set(room, text);
		else this.#texts.delete(room);
		this.#store();
	}

	#kept(): Kept {
		return { texts: [...this.#texts], untold: [...this.#untold], person: this.#person };
	}

	#store(): void {
		try {
			sessionStorage.setItem(KEY, JSON.stringify(this.#kept()));
		} catch {
			// Without storage drafts last for this page.
		}
	}
}

const whole = (text: string, answered: string | null) => `${answered ?? ''} ${text}`;

/** The first page and threads have no draft at the server. */
const travels = (room: string) => room !== 'new' && !room.includes(':');

function read(): Kept {
	const none: Kept = { texts: [], untold: [], person: null };
	try {
		const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Kept> | null;
		return { ...none, ...(Array.isArray(kept) ? {} : kept) };
	} catch {
		return none;
	}
}

export const drafts = new Drafts();

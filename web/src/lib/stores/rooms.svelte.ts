/** The list of one's rooms, with what was said last, how much of it is unread, and who is there. */
import { isStatus } from '$lib/api/errors';
import { listRooms, readRoom } from '$lib/api/rooms';
import type { Room as FullRoom, User } from '$lib/api/types';
import type { PersonEvent, RoomEvent } from '$lib/realtime/protocol';
import { SvelteSet } from 'svelte/reactivity';
import { drafts } from './drafts.svelte';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';

/** Of what was said last the list shows the words and whose they are. */
export type ListedRoom = Omit<FullRoom, 'last_message'> & { last_message: { text: string; sender_id: string; deleted_at?: string | null; attachments?: readonly { name: string }[] } | null };

interface Said {
	seq: number;
	no: number;
	sender_id: string;
	mentions: string[];
	text: string;
	deleted: boolean;
	at: string;
}

class Rooms {
	items = $state.raw<readonly ListedRoom[]>([]);
	loaded = $state(false);
	failed = $state(false);
	/** There are older rooms than those in the list. */
	more = $state(false);
	readonly online = new SvelteSet<string>();
	readonly projects = $derived(this.items.filter(({ kind, archived }) => kind === 'assistant' && !archived));
	readonly people = $derived(this.items.filter(({ kind, archived }) => kind !== 'assistant' && !archived));
	/** Of a muted room only what names one counts. */
	readonly unread = $derived(this.items.reduce((sum, room) => sum + (room.archived ? 0 : room.notify === 'none' ? room.mentions : room.unread), 0));

	#cursor: string | undefined;
	#asked = 0;
	/** Which answer the list is from: an older one that comes later is not taken. */
	#taken = 0;
	/** Rooms that were put in since a request was made: its answer does not know them. */
	readonly #added = new Map<string, number>();
	/** Whose list it is. */
	#person: string | null = null;

	start(): void {
		session.onChange((user) => void this.#reload(user));
		realtime.onEvents((events) => this.#receive(events));
		realtime.onFetched((room) => this.add(room));
		// Rooms that are not looked at tell of themselves by passing events only. What was said while there was no connection
		// is read again; on opening the page, that is what came between the list and the connection.
		realtime.onOpen(() => void this.refresh());
	}

	get(id: string): ListedRoom | undefined {
		return this.items.find((room) => room.id === id);
	}

	add(room: ListedRoom): void {
		this.#added.set(room.id, this.#asked);
		this.items = ordered([room, ...this.items.filter(({ id }) => id !== room.id)]);
		this.#know([room]);
	}

	async refresh(): Promise<void> {
		await this.#reload(session.user);
	}

	/** The next page of the list. */
	async loadMore(): Promise<void> {
		const began = Date.now();
		const page = await listRooms(this.#cursor);
		this.#cursor = page.next_cursor ?? undefined;
		this.more = page.next_cursor !== null;
		const known = new Set(this.items.map(({ id }) => id));
		this.items = ordered([...this.items, ...page.items.filter(({ id }) => !known.has(id))]);
		this.#know(page.items, began);
	}

	/** This device has read up to `seq`; the server's own count follows. */
	markRead(id: string, seq: number): void {
		const room = this.get(id);
		if (!room || (room.read_seq >= seq && room.unread === 0)) return;
		this.#change(id, { unread: 0, mentions: 0, read_seq: Math.max(seq, room.read_seq) });
		realtime.read(id, seq);
	}

	async #reload(user: User | null): Promise<void> {
		if (!user) {
			this.items = [];
			this.#person = null;
			this.online.clear();
			this.loaded = true;
			return;
		}
		const asked = ++this.#asked;
		const began = Date.now();
		try {
			const { items, next_cursor } = await listRooms();
			if (session.user?.id !== user.id || asked < this.#taken) return;
			this.#taken = asked;
			const beyond = this.#person === null || this.#person === user.id ? this.#beyond(items, next_cursor !== null, asked) : [];
			this.#person = user.id;
			this.items = ordered([...items, ...beyond]);
			// What is looked at may have been left meanwhile: no page of a list would say so.
			for (const { id } of beyond) if (realtime.follows(id)) void this.#fetch(id);
			this.#cursor = next_cursor ?? undefined;
			this.more = next_cursor !== null;
			this.failed = false;
			this.#know(items, began);
		} catch {
			this.failed = true;
		} finally {
			this.loaded = true;
		}
	}

	/** Rooms of the list that its first page says nothing of: those that are put away, of later pages, or just put in. */
	#beyond(page: readonly ListedRoom[], more: boolean, asked: number): ListedRoom[] {
		const read = new Set(page.map(({ id }) => id));
		const last = page.at(-1);
		const unsaid = (room: ListedRoom) => room.archived || (more && last && at(room) <= at(last)) || (this.#added.get(room.id) ?? 0) >= asked;
		return this.items.filter((room) => !read.has(room.id) && unsaid(room));
	}

	/** What the rooms, asked for at `began`, bring with them for other stores: who is there, and what one has begun to write. */
	#know(list: readonly ListedRoom[], began = Date.now()): void {
		for (const { id, members, draft } of list) {
			for (const member of members) this.#present(member.user_id, member.online);
			drafts.learn(id, draft?.text ?? '', draft?.reply_to ?? null, began);
		}
	}

	#present(id: string, here: boolean): void {
		if (here) this.online.add(id);
		else this.online.delete(id);
	}

	#receive(events: readonly (RoomEvent | PersonEvent)[]): void {
		for (const event of events) {
			switch (event.type) {
				case 'room.added':
					void this.#fetch(event.room);
					break;
				case 'room.removed':
					this.items = this.items.filter(({ id }) => id !== event.room);
					break;
				case 'room.settings':
					this.#change(event.room, { notify: event.notify, archived: event.archived, can_send: event.can_send });
					break;
				case 'unread':
					this.#change(event.room, { unread: event.unread, mentions: event.mentions, read_seq: event.read_seq });
					break;
				case 'presence':
					for (const id of event.online) this.#present(id, true);
					for (const id of event.offline) this.#present(id, false);
					break;
				case 'room.activity':
					this.#said(event.room, { ...event, text: event.preview });
					break;
				case 'message.created':
				case 'message.edited':
				case 'message.deleted':
					this.#said(event.room, { ...event.message, text: spoken(event.message), deleted: event.message.deleted_at !== null, at: event.message.created_at });
					break;
				case 'room.updated':
					if (typeof event.changes.title === 'string') this.#change(event.room, { title: event.changes.title });
			}
		}
	}

	/**
	 * Something was said, or what was said last has changed: here, or in a room that is not looked at, which is told of by
	 * `room.activity`. The message's number says how many there are: of some that came at once only the last one is told.
	 */
	#said(id: string, { seq, no, sender_id, mentions, text, deleted, at }: Said): void {
		const room = this.get(id);
		if (!room) return void this.#fetch(id);
		if (no < room.message_count) return;
		const last_message = { text, sender_id, deleted_at: deleted ? at : null };
		if (no === room.message_count) return this.#change(id, { last_message });
		const me = session.user?.id ?? '';
		// Whoever says something has read what was said before, on whichever device.
		const counts =
			sender_id === me
				? { unread: 0, mentions: 0, read_seq: Math.max(seq, room.read_seq) }
				: { unread: room.unread + no - room.message_count, mentions: room.mentions + mentions.filter((person) => person === me).length };
		this.#change(id, { ...counts, last_seq: Math.max(seq, room.last_seq), message_count: no, last_message_at: at, last_message, archived: false });
	}

	async #fetch(id: string): Promise<void> {
		try {
			this.add(await readRoom(id));
		} catch (error) {
			if (isStatus(error, 403, 404)) this.items = this.items.filter((room) => room.id !== id);
			// Otherwise the list is refreshed with the next session or reload; a missing preview is no reason to disturb.
		}
	}

	#change(id: string, changes: Partial<ListedRoom>): void {
		this.items = ordered(this.items.map((room) => (room.id === id ? { ...room, ...changes } : room)));
	}
}

/** What a message says, or the names of what it carries. */
export function spoken(message: { text: string; attachments?: readonly { name: string }[] }): string {
	return message.text || (message.attachments ?? []).map(({ name }) => name).join(', ');
}

const at = (room: ListedRoom) => room.last_message_at ?? room.created_at;

function ordered(rooms: readonly ListedRoom[]): ListedRoom[] {
	return [...rooms].sort((a, b) => at(b).localeCompare(at(a)));
}

export const rooms = new Rooms();

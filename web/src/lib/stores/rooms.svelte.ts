/** The list of one's rooms, with what was said last and how much of it is unread. */
import { listRooms, readRoom } from '$lib/api/rooms';
import type { Room as FullRoom, User } from '$lib/api/types';
import type { PersonEvent, RoomEvent } from '$lib/realtime/protocol';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';

/** Of what was said last the list shows the words and whose they are. */
export type ListedRoom = Omit<FullRoom, 'last_message'> & { last_message: { text: string; sender_id: string } | null };

interface Said {
	seq: number;
	sender_id: string;
	text: string;
	at: string;
}

class Rooms {
	items = $state.raw<readonly ListedRoom[]>([]);
	loaded = $state(false);
	failed = $state(false);
	readonly projects = $derived(this.items.filter(({ kind }) => kind === 'assistant'));
	readonly people = $derived(this.items.filter(({ kind }) => kind !== 'assistant'));
	readonly unread = $derived(this.items.reduce((sum, room) => sum + room.unread, 0));

	start(): void {
		session.onChange((user) => void this.#reload(user));
		realtime.onEvents((events) => this.#receive(events));
		realtime.onFetched((room) => this.add(room));
	}

	get(id: string): ListedRoom | undefined {
		return this.items.find((room) => room.id === id);
	}

	add(room: ListedRoom): void {
		this.items = ordered([room, ...this.items.filter(({ id }) => id !== room.id)]);
	}

	async refresh(): Promise<void> {
		await this.#reload(session.user);
	}

	/** This device has read up to `seq`; the server's own count follows. */
	markRead(id: string, seq: number): void {
		const room = this.get(id);
		if (!room || (room.read_seq >= seq && room.unread === 0)) return;
		this.#change(id, { unread: 0, read_seq: Math.max(seq, room.read_seq) });
		realtime.read(id, seq);
	}

	async #reload(user: User | null): Promise<void> {
		if (!user) {
			this.items = [];
			this.loaded = true;
			return;
		}
		try {
			const items = await listRooms();
			if (session.user?.id !== user.id) return;
			this.items = ordered(items);
			this.failed = false;
		} catch {
			this.failed = true;
		} finally {
			this.loaded = true;
		}
	}

	#receive(events: readonly (RoomEvent | PersonEvent)[]): void {
		for (const event of events) {
			if (event.type === 'room.added') void this.#fetch(event.room);
			else if (event.type === 'unread') this.#change(event.room, { unread: event.unread, read_seq: event.read_seq });
			else if (event.type === 'room.activity') this.#said(event.room, { ...event, text: event.preview });
			else if (event.type === 'message.created') this.#said(event.room, { ...event.message, at: event.message.created_at });
			else if (event.type === 'room.updated' && typeof event.changes.title === 'string') this.#change(event.room, { title: event.changes.title });
		}
	}

	/** Something was said: here, or in a room that is not looked at, which is told of by `room.activity`. */
	#said(id: string, { seq, sender_id, text, at }: Said): void {
		const room = this.get(id);
		if (!room) return void this.#fetch(id);
		if (seq <= room.last_seq && room.last_message) return;
		const unread = sender_id === session.user?.id ? room.unread : room.unread + 1;
		this.#change(id, { unread, last_seq: seq, last_message_at: at, last_message: { text, sender_id } });
	}

	async #fetch(id: string): Promise<void> {
		try {
			this.add(await readRoom(id));
		} catch {
			// The list is refreshed with the next session or reload; a missing preview is no reason to disturb.
		}
	}

	#change(id: string, changes: Partial<ListedRoom>): void {
		this.items = ordered(this.items.map((room) => (room.id === id ? { ...room, ...changes } : room)));
	}
}

function ordered(rooms: readonly ListedRoom[]): ListedRoom[] {
	const at = (room: ListedRoom) => room.last_message_at ?? room.created_at;
	return [...rooms].sort((a, b) => at(b).localeCompare(at(a)));
}

export const rooms = new Rooms();

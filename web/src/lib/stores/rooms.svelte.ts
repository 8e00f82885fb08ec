/** The list of one's rooms, with what was said last and how much of it is unread. */
import { listRooms, readRoom } from '$lib/api/rooms';
import type { Message, Room, User } from '$lib/api/types';
import type { PersonEvent, RoomEvent } from '$lib/realtime/protocol';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';

class Rooms {
	items = $state.raw<readonly Room[]>([]);
	loaded = $state(false);
	failed = $state(false);
	readonly projects = $derived(this.items.filter(({ kind }) => kind === 'assistant'));
	readonly people = $derived(this.items.filter(({ kind }) => kind !== 'assistant'));
	readonly unread = $derived(this.items.reduce((sum, room) => sum + room.unread, 0));

	start(): void {
		session.onChange((user) => void this.#reload(user));
		realtime.onEvents((events) => this.#receive(events));
	}

	get(id: string): Room | undefined {
		return this.items.find((room) => room.id === id);
	}

	add(room: Room): void {
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
			const { items } = await listRooms();
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
			else if (event.type === 'unread') this.#unread(event.room, event.unread);
			else if (event.type === 'message.created') this.#said(event.room, event.message);
			else if (event.type === 'room.updated' && typeof event.changes.title === 'string') this.#change(event.room, { title: event.changes.title });
		}
	}

	/** A count that grew for a room that is not looked at comes with a message whose text is not known yet. */
	#unread(id: string, unread: number): void {
		const before = this.get(id);
		this.#change(id, { unread });
		if (!before || (unread > before.unread && !(id in realtime.rooms))) void this.#fetch(id);
	}

	#said(id: string, message: Message): void {
		if (!this.get(id)) void this.#fetch(id);
		else this.#change(id, { last_message: message, last_message_at: message.created_at, last_seq: message.seq });
	}

	async #fetch(id: string): Promise<void> {
		try {
			this.add(await readRoom(id));
		} catch {
			// The list is refreshed with the next session or reload; a missing preview is no reason to disturb.
		}
	}

	#change(id: string, changes: Partial<Room>): void {
		this.items = ordered(this.items.map((room) => (room.id === id ? { ...room, ...changes } : room)));
	}
}

function ordered(rooms: readonly Room[]): Room[] {
	const at = (room: Room) => room.last_message_at ?? room.created_at;
	return [...rooms].sort((a, b) => at(b).localeCompare(at(a)));
}

export const rooms = new Rooms();

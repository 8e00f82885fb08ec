/** What one is told of: the newest lines, and how many of all are unread. All devices of a person agree. */
import { listNotifications, markNotifications } from '$lib/api/notifications';
import type { Notification, User } from '$lib/api/types';
import type { PersonEvent, RoomEvent } from '$lib/realtime/protocol';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';

class Notifications {
	items = $state.raw<readonly Notification[]>([]);
	unread = $state(0);
	loaded = $state(false);
	failed = $state(false);
	more = $state(false);

	#cursor: string | null = null;
	#asked = 0;
	/** How far rooms were read: a list or a line that was on its way meanwhile does not know. */
	readonly #readUpTo = new Map<string, number>();

	start(): void {
		session.onChange((user) => {
			this.#forget();
			if (user) void this.refresh();
		});
		realtime.onEvents((events) => this.#receive(events));
		// What came while there was no connection was not heard.
		$effect.root(() => {
			$effect(() => {
				if (realtime.state === 'open' && session.user) void this.refresh();
			});
		});
	}

	async refresh(): Promise<void> {
		const [user, asked] = [session.user, ++this.#asked];
		if (!user) return;
		try {
			const page = await listNotifications();
			if (!this.#stillFor(user) || asked !== this.#asked) return;
			[this.items, this.unread, this.#cursor] = [page.items, page.unread, page.next_cursor];
			[this.more, this.failed] = [page.next_cursor !== null, false];
			this.#readInRooms();
		} catch {
			this.failed = true;
		} finally {
			this.loaded = true;
		}
	}

	async older(): Promise<void> {
		const user = session.user;
		if (!user || !this.#cursor) return;
		const page = await listNotifications(this.#cursor);
		if (!this.#stillFor(user)) return;
		const known = new Set(this.items.map(({ id }) => id));
		this.items = [...this.items, ...page.items.filter(({ id }) => !known.has(id))];
		this.#cursor = page.next_cursor;
		this.more = page.next_cursor !== null;
	}

	/** Marks a line as read here at once; the server's count follows. */
	async read(line: Notification): Promise<void> {
		if (line.read) return;
		this.#mark(({ id }) => id === line.id);
		this.unread = Math.max(0, this.unread - 1);
		this.unread = await markNotifications([line.id]);
	}

	async readAll(): Promise<void> {
		this.#mark(() => true);
		this.unread = 0;
		this.unread = await markNotifications();
	}

	#receive(events: readonly (RoomEvent | PersonEvent)[]): void {
		for (const event of events) {
			if (event.type === 'notification') {
				const line = event.notification as Notification;
				this.items = [line, ...this.items.filter(({ id }) => id !== line.id)];
				this.unread = event.unread;
				this.#readInRooms();
			} else if (event.type === 'notifications.read') {
				this.#mark(({ id }) => event.ids === null || event.ids.includes(id));
				this.unread = event.unread;
			} else if (event.type === 'unread') this.#readRoom(event.room, event.read_seq);
			else if (event.type === 'room.activity' && event.sender_id === session.user?.id) this.#readRoom(event.room, event.seq);
		}
	}

	#readRoom(room: string, seq: number): void {
		this.#readUpTo.set(room, Math.max(seq, this.#readUpTo.get(room) ?? 0));
		this.#readInRooms();
	}

	/** Lines about messages are read with their room. */
	#readInRooms(): void {
		const read = this.items.filter((line) => !line.read && line.room_id !== null && line.seq !== null && line.seq <= (this.#readUpTo.get(line.room_id) ?? 0));
		if (!read.length) return;
		this.#mark((line) => read.includes(line));
		this.unread = Math.max(0, this.unread - read.length);
	}

	#mark(which: (line: Notification) => boolean): void {
		this.items = this.items.map((line) => (!line.read && which(line) ? { ...line, read: true } : line));
	}

	#stillFor(user: User): boolean {
		return session.user?.id === user.id;
	}

	#forget(): void {
		[this.items, this.unread, this.#cursor] = [[], 0, null];
		this.#readUpTo.clear();
		[this.loaded, this.failed, this.more] = [false, false, false];
	}
}

export const notifications = new Notifications();

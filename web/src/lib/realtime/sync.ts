/**
 * Keeps the rooms that are looked at in step with the server: fetches a room, subscribes after the last event that the
 * fetched state contains, and heals gaps, resets and reconnections in the same way.
 */
import type { Branch, Member, Message } from '$lib/api/types';
import { CommandError, type Connection } from './connection';
import { isPersonal, type PersonEvent, type RoomEvent } from './protocol';
import { emptyRoom, merge, reduce, subscribed, type RoomState } from './reducer';

export interface FetchedRoom {
	/** Last durable event of the room, read before the messages. */
	seq: number;
	title: string;
	members: Member[];
	former: Member[];
	branch: number;
	branches: Branch[];
	/** The newest messages, oldest first. */
	messages: Message[];
}

export interface SyncOptions {
	connection: Pick<Connection, 'send' | 'state'>;
	fetchRoom: (room: string) => Promise<FetchedRoom>;
	onChange: (state: RoomState) => void;
	onFailure?: (room: string, error: unknown) => void;
	now?: () => number;
}

interface Watched {
	state: RoomState;
	loaded: boolean;
	watchers: number;
	/** The fetch under way, if any; an older one that answers late is ignored. */
	fetching: object | null;
	joining: boolean;
}

export class RoomSync {
	#rooms = new Map<string, Watched>();

	constructor(private readonly options: SyncOptions) {}

	/** Starts following a room; the returned function stops. Several watchers share one subscription. */
	watch(room: string): () => void {
		const known = this.#rooms.get(room);
		if (known) known.watchers += 1;
		else {
			this.#rooms.set(room, { state: emptyRoom(room), loaded: false, watchers: 1, fetching: null, joining: false });
			void this.#load(room);
		}
		return () => this.#unwatch(room);
	}

	/** Tries again what failed, for instance after `onFailure`. */
	retry(room: string): void {
		const watched = this.#rooms.get(room);
		if (watched && !watched.loaded) void this.#load(room);
		else void this.#join(room);
	}

	/** The connection is open (again): everything that is followed is subscribed after what is known. */
	resume(): void {
		for (const [room, watched] of this.#rooms) {
			watched.joining = false;
			if (watched.loaded) void this.#join(room);
			else if (!watched.fetching) void this.#load(room);
		}
	}

	follows(room: string): boolean {
		return this.#rooms.has(room);
	}

	/** Fetches everything that is followed anew, because another person looks at it now. */
	reload(): void {
		for (const [room, watched] of this.#rooms) {
			watched.loaded = false;
			void this.#load(room);
		}
	}

	/** Nobody is here any more: what was known is forgotten. What is looked at is fetched when somebody is again. */
	forget(): void {
		for (const [room, watched] of this.#rooms) Object.assign(watched, { state: emptyRoom(room), loaded: false, fetching: null, joining: false });
	}

	/** Applies a batch of events as they came from the connection. */
	receive(events: readonly (RoomEvent | PersonEvent)[]): void {
		const byRoom = new Map<string, RoomEvent[]>();
		for (const event of events) {
			if (!isPersonal(event)) byRoom.set(event.room, [...(byRoom.get(event.room) ?? []), event]);
		}
		for (const [room, batch] of byRoom) {
			this.update(room, (state) => reduce(state, batch, this.options.now?.() ?? Date.now()));
		}
	}

	/** Changes the state of a followed room by what was learnt elsewhere: an answer, or a page of history. */
	update(room: string, change: (state: RoomState) => RoomState): void {
		const watched = this.#rooms.get(room);
		if (!watched?.loaded) return;
		const next = change(watched.state);
		if (next === watched.state) return;
		watched.state = next;
		this.options.onChange(next);
		if (next.broken === 'reset') void this.#load(room);
		else if (next.broken === 'gap') void this.#join(room);
	}

	async #load(room: string): Promise<void> {
		const watched = this.#rooms.get(room);
		if (!watched) return;
		const fetching = (watched.fetching = {});
		const current = () => this.#rooms.get(room) === watched && watched.fetching === fetching;
		try {
			const fetched = await this.options.fetchRoom(room);
			if (!current()) return;
			watched.fetching = null;
			watched.state = fromFetched(room, fetched);
			watched.loaded = true;
			this.options.onChange(watched.state);
			await this.#join(room);
		} catch (error) {
			if (!current()) return;
			watched.fetching = null;
			this.options.onFailure?.(room, error);
		}
	}

	async #join(room: string): Promise<void> {
		const watched = this.#rooms.get(room);
		if (!watched?.loaded || watched.joining || this.options.connection.state !== 'open') return;
		watched.joining = true;
		try {
			await this.options.connection.send({ type: 'subscribe', room, after_seq: watched.state.seq }, () => {
				watched.joining = false;
				this.update(room, subscribed);
			});
		} catch (error) {
			watched.joining = false;
			// A lost connection is not a failure: `resume` comes back to it.
			if (error instanceof CommandError) this.options.onFailure?.(room, error);
		}
	}

	#unwatch(room: string): void {
		const watched = this.#rooms.get(room);
		if (!watched) return;
		watched.watchers -= 1;
		if (watched.watchers > 0) return;
		this.#rooms.delete(room);
		this.options.connection.send({ type: 'unsubscribe', room }).catch(() => undefined);
	}
}

/**
 * The state that was fetched. The messages were read after `seq`, so they may contain what came later; applying those
 * events once more changes nothing.
 */
export function fromFetched(room: string, fetched: FetchedRoom): RoomState {
	const state: RoomState = {
		...emptyRoom(room),
		seq: fetched.seq,
		title: fetched.title,
		branch: fetched.branch,
		branches: fetched.branches,
		members: Object.fromEntries(fetched.members.map((member) => [member.user_id, member])),
		former: Object.fromEntries(fetched.former.map((member) => [member.user_id, member])),
		online: Object.fromEntries(fetched.members.filter(({ online }) => online).map(({ user_id }) => [user_id, true as const])),
		receipts: Object.fromEntries(fetched.members.map((member) => [member.user_id, member.read_seq]))
	};
	return merge(state, fetched.messages);
}

/** The live side of the app: one connection, the rooms that are looked at, and the messages on their way. */
import { fetchRoom } from '$lib/api/rooms';
import { Connection, type ConnectionState } from '$lib/realtime/connection';
import { Outbox, type Pending } from '$lib/realtime/outbox';
import type { Ack, Command, PersonEvent, RoomEvent } from '$lib/realtime/protocol';
import { merge, type RoomState } from '$lib/realtime/reducer';
import { RoomSync } from '$lib/realtime/sync';
import type { Attachment, Message, Room, Unanswered, User } from '$lib/api/types';
import { session } from './session.svelte';

const LOOK_MS = 10_000;

type Listener = (events: readonly (RoomEvent | PersonEvent)[]) => void;

class Realtime {
	state = $state<ConnectionState>('idle');
	/** There was a connection, and it has been away for longer than a blink. */
	troubled = $state(false);
	pending = $state.raw<readonly Pending[]>([]);
	rooms = $state.raw<Readonly<Record<string, RoomState>>>({});
	failures = $state.raw<Readonly<Record<string, unknown>>>({});
	/** By message that was sent from here: why the assistant, which it names, was not asked. */
	unanswered = $state.raw<Readonly<Record<string, Unanswered>>>({});

	#connection: Connection;
	#sync: RoomSync;
	#outbox: Outbox | null = null;
	#listeners: Listener[] = [];
	#fetched: ((room: Room) => void)[] = [];
	#back: (() => void)[] = [];
	#open: (() => void)[] = [];
	#opened = false;
	#person: string | null = null;
	#trouble: ReturnType<typeof setTimeout> | undefined;

	constructor() {
		const { protocol, host } = location;
		this.#connection = new Connection({
			url: `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`,
			onState: (state) => this.#moved(state),
			onEvents: (events) => {
				this.#sync.receive(events);
				for (const listener of this.#listeners) listener(events);
			},
			onUnauthenticated: () => void session.check()
		});
		this.#sync = new RoomSync({
			connection: this.#connection,
			fetchRoom: async (id) => {
				const fetched = await fetchRoom(id);
				for (const listener of this.#fetched) listener(fetched.room);
				return fetched;
			},
			onChange: (state) => {
				this.rooms = { ...this.rooms, [state.room]: state };
				if (state.room in this.failures) this.failures = { ...this.failures, [state.room]: undefined };
			},
			onFailure: (room, error) => (this.failures = { ...this.failures, [room]: error })
		});
	}

	/** Follows the session: connects as whoever is here, with their own outbox. */
	start(): void {
		session.onChange((user) => this.#identify(user));
		addEventListener('online', () => {
			this.troubled = this.state !== 'open' && this.state !== 'idle';
			this.#hurry();
		});
		// A connection that hangs is noticed by its silence, much later than the device knows.
		addEventListener('offline', () => (this.troubled = session.user !== null));
		document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.#hurry());
		// Of a sleep that nothing tells of, the clock does.
		let seen = Date.now();
		setInterval(() => {
			const slept = Date.now() - seen > 3 * LOOK_MS;
			seen = Date.now();
			if (slept && document.visibilityState === 'visible') this.#hurry();
		}, LOOK_MS);
	}

	/** Calls back with what comes; the answer ends it. */
	onEvents(listener: Listener): () => void {
		this.#listeners = [...this.#listeners, listener];
		return () => void (this.#listeners = this.#listeners.filter((each) => each !== listener));
	}

	/** Calls back when a connection is there again after one was lost. */
	onBack(listener: () => void): void {
		this.#back.push(listener);
	}

	/** Calls back whenever a connection is there. */
	onOpen(listener: () => void): void {
		this.#open.push(listener);
	}

	/** Calls back with every room that was read to be shown. */
	onFetched(listener: (room: Room) => void): void {
		this.#fetched.push(listener);
	}

	watch(room: string): () => void {
		const stop = this.#sync.watch(room);
		return () => {
			stop();
			if (this.#sync.follows(room)) return;
			this.rooms = Object.fromEntries(Object.entries(this.rooms).filter(([id]) => id !== room));
		};
	}

	/** Whether a room that is looked at cannot be shown: it failed to load, or nobody is signed in. */
	closed(room: string): boolean {
		return !this.rooms[room] && (!!this.failures[room] || (session.known && !session.user));
	}

	/** Whether a room is looked at on this page. */
	follows(room: string): boolean {
		return this.#sync.follows(room);
	}

	retry(room: string): void {
		this.failures = { ...this.failures, [room]: undefined };
		this.#sync.retry(room);
	}

	update(room: string, change: (state: RoomState) => RoomState): void {
		this.#sync.update(room, change);
	}

	say(room: string, text: string, attachments: Attachment[] = [], more: Pick<Pending, 'reply_to' | 'mentions'> = {}): void {
		this.#outbox?.add(room, text, attachments, more);
	}

	/** Sends a command. Rejects with `CommandError` or `Disconnected`. */
	command(command: Command): Promise<Ack> {
		return this.#connection.send(command);
	}

	sayAgain(clientId: string): void {
		this.#outbox?.retry(clientId);
	}

	discard(clientId: string): void {
		this.#outbox?.discard(clientId);
	}

	stopTurn(turn: string): Promise<unknown> {
		return this.#connection.send({ type: 'turn.stop', turn });
	}

	answerAgain(message: string): Promise<unknown> {
		return this.#connection.send({ type: 'answer.again', message });
	}

	revise(message: string, text: string): Promise<unknown> {
		return this.#connection.send({ type: 'message.revise', message, client_id: crypto.randomUUID(), text });
	}

	selectBranch(room: string, number: number): Promise<unknown> {
		return this.#connection.send({ type: 'branch.select', room, number });
	}

	/** Best effort: whoever is offline neither types nor reads for the others. */
	typing(room: string): void {
		this.#connection.send({ type: 'typing', room }).catch(() => undefined);
	}

	read(room: string, seq: number): void {
		this.#connection.send({ type: 'read', room, seq }).catch(() => undefined);
	}

	#identify(user: User | null): void {
		this.#outbox?.close();
		if (!user) {
			this.#connection.close();
			this.#sync.forget();
			this.rooms = {};
			this.failures = {};
			this.unanswered = {};
			this.pending = [];
			this.#outbox = null;
			this.#person = null;
			return;
		}
		// What a page has loaded before it was known who looks at it was loaded for them: their cookie went along. Loading it
		// anew would take a reader back from the message that they have jumped to.
		const known = this.#person !== null;
		this.#person = user.id;
		this.#outbox = new Outbox({
			connection: this.#connection,
			storage: localStorage,
			key: `sextant.outbox.${user.id}`,
			onChange: (pending) => (this.pending = pending),
			onStored: (room, message, unanswered) => this.#stored(room, message, unanswered)
		});
		this.#opened = false;
		if (known) this.#sync.reload();
		else this.#sync.resume();
		this.#connection.reopen();
	}

	#stored(room: string, message: Message, unanswered?: Unanswered): void {
		if (unanswered) this.unanswered = { ...this.unanswered, [message.id]: unanswered };
		this.#sync.update(room, (state) => merge(state, [message]));
	}

	#moved(state: ConnectionState): void {
		this.state = state;
		clearTimeout(this.#trouble);
		if (state === 'open' || state === 'idle') this.troubled = false;
		else this.#trouble = setTimeout(() => (this.troubled = true), 700);
		if (state === 'open') {
			if (this.#opened) for (const listener of this.#back) listener();
			this.#opened = true;
			this.#sync.resume();
			for (const listener of this.#open) listener();
			this.#outbox?.adopt();
			void this.#outbox?.flush();
		}
	}

	#hurry(): void {
		if (session.user && this.state === 'waiting') this.#connection.open();
		else this.#connection.probe();
	}
}

export const realtime = new Realtime();

/**
 * One WebSocket that is kept alive: commands with answers, heartbeats, and reconnection with backoff and jitter.
 * It knows nothing of rooms; `RoomSync` resubscribes when `onState` says `open`.
 */
import { Backoff } from './backoff';
import { CLOSE, SUBPROTOCOL, type Ack, type Command, type PersonEvent, type RoomEvent, type ServerFrame, type Welcome } from './protocol';

export type ConnectionState = 'idle' | 'connecting' | 'open' | 'waiting';

/** The server refused a command. `code` is stable; the rest are the fields of the error frame. */
export class CommandError extends Error {
	constructor(
		readonly code: string,
		message: string,
		readonly fields: Record<string, unknown> = {}
	) {
		super(message);
	}
}

/** The answer never came: the connection was lost, or the server stayed silent. The command may have worked. */
export class Disconnected extends Error {
	constructor() {
		super('disconnected');
	}
}

export interface ConnectionOptions {
	url: string;
	backoff?: Backoff;
	/** Milliseconds to wait for the answer to a command. */
	answerTimeout?: number;
	/** Replaces the server's heartbeat interval, in milliseconds. */
	heartbeat?: number;
	/** Milliseconds that a connection in doubt has to show a sign of life. */
	patience?: number;
	socket?: (url: string, protocol: string) => WebSocket;
	onState?: (state: ConnectionState) => void;
	onEvents?: (events: (RoomEvent | PersonEvent)[]) => void;
	/** The session has ended: no reconnection is tried until `open()` is called again. */
	onUnauthenticated?: () => void;
}

interface Waiting {
	/** Called before the frames that follow the answer are looked at; a promise would come after them. */
	onAck?: (ack: Ack) => void;
	resolve: (ack: Ack) => void;
	reject: (error: Error) => void;
	timer: ReturnType<typeof setTimeout>;
}

export class Connection {
	state: ConnectionState = 'idle';
	user: Welcome['user'] | null = null;

	#socket: WebSocket | null = null;
	#waiting = new Map<string, Waiting>();
	#counter = 0;
	#retry: ReturnType<typeof setTimeout> | undefined;
	#beat: ReturnType<typeof setTimeout> | undefined;
	#beatAt = 0;
	#backoff: Backoff;
	#hint: number | null = null;

	constructor(private readonly options: ConnectionOptions) {
		this.#backoff = options.backoff ?? new Backoff();
	}

	/** Connects now, also when a retry was being waited for. Does nothing while connected. */
	open(): void {
		if (this.#socket) return;
		clearTimeout(this.#retry);
		this.#set('connecting');
		const make = this.options.socket ?? ((url, protocol) => new WebSocket(url, protocol));
		const socket = make(this.options.url, SUBPROTOCOL);
		this.#socket = socket;
		this.#expect(this.options.heartbeat ?? 15_000, () => this.#drop(socket));
		socket.onmessage = (event) => this.#receive(socket, String(event.data));
		socket.onclose = (event) => this.#closed(socket, event.code);
	}

	/** Closes for good, until `open()`. */
	close(): void {
		clearTimeout(this.#retry);
		const socket = this.#socket;
		this.#forget();
		socket?.close(1000);
		this.#set('idle');
	}

	/** A new socket at once, for instance because the session's cookie has changed. */
	reopen(): void {
		this.close();
		this.#backoff.reset();
		this.open();
	}

	/**
	 * Finds out now whether an open connection still carries anything, because the device has been asleep or its network has
	 * changed: the heartbeat would notice only after two of its intervals, and what is said meanwhile would wait as long.
	 */
	probe(): void {
		const socket = this.#socket;
		if (!socket || this.state !== 'open') return;
		this.send({ type: 'ping' }).catch(() => undefined);
		this.#expect(this.#patience, () => this.#drop(socket));
	}

	/** Sends one command. Rejects with `CommandError` (refused) or `Disconnected` (no answer). */
	send(command: Command, onAck?: (ack: Ack) => void): Promise<Ack> {
		const socket = this.#socket;
		if (!socket || this.state !== 'open') return Promise.reject(new Disconnected());
		const id = String(++this.#counter);
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#waiting.delete(id);
				reject(new Disconnected());
			}, this.options.answerTimeout ?? 20_000);
			this.#waiting.set(id, { onAck, resolve, reject, timer });
			socket.send(JSON.stringify({ ...command, id }));
			// What is answered by nothing at all is a reason to doubt; commands that follow do not put that off.
			const doubt = 2 * this.#patience;
			if (command.type !== 'ping' && this.#beatAt > Date.now() + doubt) this.#expect(doubt, () => this.probe());
		});
	}

	get #patience(): number {
		return this.options.patience ?? 4_000;
	}

	#receive(socket: WebSocket, data: string): void {
		if (socket !== this.#socket) return;
		if (this.state === 'open') this.#listen(socket);
		const events: (RoomEvent | PersonEvent)[] = [];
		for (const line of data.split('\n')) {
			if (!line) continue;
			const frame = JSON.parse(line) as ServerFrame;
			// Replies and events keep their order: what came before an answer is applied before it.
			if (frame.type === 'ack' || frame.type === 'error') this.#flush(events);
			this.#handle(socket, frame, events);
		}
		this.#flush(events);
	}

	#flush(events: (RoomEvent | PersonEvent)[]): void {
		if (events.length) this.options.onEvents?.(events.splice(0));
	}

	#handle(socket: WebSocket, frame: ServerFrame, events: (RoomEvent | PersonEvent)[]): void {
		switch (frame.type) {
			case 'welcome':
				this.user = frame.user;
				this.#interval = this.options.heartbeat ?? frame.heartbeat_seconds * 1000;
				this.#backoff.reset();
				this.#listen(socket);
				this.#set('open');
				return;
			case 'ack': {
				const waiting = this.#answer(frame.id);
				waiting?.onAck?.(frame);
				waiting?.resolve(frame);
				return;
			}
			case 'error':
				if (frame.id !== null) this.#answer(frame.id)?.reject(new CommandError(frame.code, frame.message, frame));
				return;
			case 'closing':
				this.#hint = frame.reconnect_ms;
				return;
			default:
				events.push(frame);
		}
	}

	#answer(id: string): Waiting | undefined {
		const waiting = this.#waiting.get(id);
		this.#waiting.delete(id);
		clearTimeout(waiting?.timer);
		return waiting;
	}

	#interval = 25_000;

	/** Restarts the heartbeat: after one quiet interval a ping is sent, after a second one the socket is given up. */
	#listen(socket: WebSocket): void {
		this.#expect(this.#interval, () => {
			this.send({ type: 'ping' }).catch(() => undefined);
			this.#expect(this.#interval, () => this.#drop(socket));
		});
	}

	#expect(milliseconds: number, then: () => void): void {
		clearTimeout(this.#beat);
		this.#beatAt = Date.now() + milliseconds;
		this.#beat = setTimeout(then, milliseconds);
	}

	/** Gives up a socket without waiting for its closing handshake, which a dead network never answers. */
	#drop(socket: WebSocket): void {
		socket.onclose = null;
		socket.close();
		this.#closed(socket, 1006);
	}

	#closed(socket: WebSocket, code: number): void {
		if (socket !== this.#socket) return;
		this.#forget();
		if (code === CLOSE.unauthenticated) {
			this.#set('idle');
			this.options.onUnauthenticated?.();
			return;
		}
		const delay = this.#backoff.next(this.#hint);
		this.#hint = null;
		this.#set('waiting');
		this.#retry = setTimeout(() => this.open(), delay);
	}

	#forget(): void {
		clearTimeout(this.#beat);
		if (this.#socket) this.#socket.onmessage = null;
		this.#socket = null;
		for (const waiting of this.#waiting.values()) {
			clearTimeout(waiting.timer);
			waiting.reject(new Disconnected());
		}
		this.#waiting.clear();
	}

	#set(state: ConnectionState): void {
		if (state === this.state) return;
		this.state = state;
		this.options.onState?.(state);
	}
}

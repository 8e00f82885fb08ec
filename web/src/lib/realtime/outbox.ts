/**
 * Messages that are on their way. They are kept in storage until the server has acknowledged them, and sent again
 * under the same `client_id`, so that a lost answer neither loses nor doubles a message.
 */
import type { Attachment, Message, Unanswered } from '$lib/api/types';
import { CommandError, type Connection } from './connection';

export interface Pending {
	client_id: string;
	room: string;
	text: string;
	attachments?: Attachment[];
	reply_to?: string | null;
	mentions?: string[];
	created_at: string;
	/** The server refused it, in words for the person; it waits for "try again" or "discard". */
	failed?: string;
}

export interface OutboxOptions {
	connection: Pick<Connection, 'send' | 'state'>;
	storage: Pick<Storage, 'getItem' | 'setItem'> | null;
	key: string;
	onChange: (pending: readonly Pending[]) => void;
	/** `unanswered`: it names the assistant, which was not asked. */
	onStored: (room: string, message: Message, unanswered?: Unanswered) => void;
	newId?: () => string;
	now?: () => Date;
	retryAfter?: number;
}

/** What has waited longer than this in a tab that was closed is taken over by another one. */
const LEFT_MS = 30_000;
/** Refusals that pass by themselves. */
const TEMPORARY = new Set(['rate_limited', 'vendor_unavailable', 'internal']);

export class Outbox {
	#pending: Pending[];
	#busy = false;
	#closed = false;

	constructor(private readonly options: OutboxOptions) {
		this.#pending = this.#read();
		options.onChange(this.#pending);
	}

	add(room: string, text: string, attachments: Attachment[] = [], more: Pick<Pending, 'reply_to' | 'mentions'> = {}): Pending {
		const entry: Pending = {
			client_id: (this.options.newId ?? (() => crypto.randomUUID()))(),
			room,
			text,
			attachments,
			...more,
			created_at: (this.options.now?.() ?? new Date()).toISOString()
		};
		this.#replace([...this.#pending, entry]);
		void this.flush();
		return entry;
	}

	retry(clientId: string): void {
		this.#replace(this.#pending.map((entry) => (entry.client_id === clientId ? { ...entry, failed: undefined } : entry)));
		void this.flush();
	}

	discard(clientId: string): void {
		this.#replace(this.#pending.filter((entry) => entry.client_id !== clientId));
	}

	/** Takes over what a closed tab has left. Where that tab still lives both send it, under one id: it is stored once. */
	adopt(): void {
		const known = new Set(this.#pending.map(({ client_id }) => client_id));
		const before = (this.options.now?.() ?? new Date()).getTime() - LEFT_MS;
		const left = this.#read().filter((entry) => !known.has(entry.client_id) && !entry.failed && Date.parse(entry.created_at) < before);
		if (left.length) this.#replace([...this.#pending, ...left].sort((a, b) => a.created_at.localeCompare(b.created_at)));
	}

	/** Another person is here now: nothing more is sent or shown. What waits stays in storage for its own. */
	close(): void {
		this.#closed = true;
	}

	/** Sends what waits, oldest first, one after the other, so that the order of a room is the order of typing. */
	async flush(): Promise<void> {
		if (this.#busy) return;
		this.#busy = true;
		try {
			let next: Pending | undefined;
			while (!this.#closed && this.options.connection.state === 'open' && (next = this.#pending.find((entry) => !entry.failed))) {
				if (!(await this.#send(next))) break;
			}
		} finally {
			this.#busy = false;
		}
	}

	/** True when the entry is settled, one way or the other. */
	async #send(entry: Pending): Promise<boolean> {
		const { client_id, room, text, reply_to = null, mentions = [] } = entry;
		const attachments = (entry.attachments ?? []).map(({ id }) => id);
		try {
			await this.options.connection.send({ type: 'message.send', room, client_id, text, reply_to, mentions, attachments }, (ack) => {
				if (ack.message && !this.#closed) this.options.onStored(room, ack.message, ack.unanswered);
				this.discard(client_id);
			});
			return true;
		} catch (error) {
			if (!(error instanceof CommandError)) return this.#later();
			if (TEMPORARY.has(error.code)) return this.#later();
			this.#replace(this.#pending.map((known) => (known === entry ? { ...known, failed: error.message } : known)));
			return true;
		}
	}

	/** A lost connection flushes again when it is back; the timer covers an answer that never came on a live one. */
	#later(): false {
		setTimeout(() => void this.flush(), this.options.retryAfter ?? 3_000);
		return false;
	}

	#replace(pending: Pending[]): void {
		// Another tab keeps in the same place what waits there: it is neither sent from here nor thrown away.
		const own = new Set([...this.#pending, ...pending].map(({ client_id }) => client_id));
		const others = this.#read().filter(({ client_id }) => !own.has(client_id));
		this.#pending = pending;
		try {
			this.options.storage?.setItem(this.options.key, JSON.stringify([...others, ...pending]));
		} catch {
			// Storage may be full or blocked; the messages are then kept for this page only.
		}
		if (!this.#closed) this.options.onChange(pending);
	}

	#read(): Pending[] {
		try {
			return JSON.parse(this.options.storage?.getItem(this.options.key) ?? '[]') as Pending[];
		} catch {
			return [];
		}
	}
}

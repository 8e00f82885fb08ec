/** Files on their way into a message, per room: they wait beside the composer until the message takes them along. */
import { deleteFile, nothingReached, upload, type Reached, type UploadSteps } from '$lib/api/files';
import { ApiError, NetworkError } from '$lib/api/errors';
import type { Attachment } from '$lib/api/types';
import { fileSize } from '$lib/format/size';
import { t } from '$lib/i18n';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

export const MOST_FILES = 10;
const MOST_BYTES = 50 * 1024 * 1024;
/** Three at a time: more only make each other slower. */
const AT_ONCE = 3;
/** So often in a row an upload is tried again by itself while the device has a network, after growing pauses. */
const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface Waiting {
	key: string;
	name: string;
	size: number;
	/** A picture of it from this device, for images. */
	picture: string | null;
	/** `interrupted`: the network is away, or the server; it goes on by itself. */
	state: 'waiting' | 'uploading' | 'checking' | 'interrupted' | 'ready' | 'failed';
	share: number;
	problem: string;
	/** Whether trying again can help. */
	retriable: boolean;
	attachment: Attachment | null;
}

interface Running {
	source: File;
	id: string | null;
	reached: Reached;
	/** What is under way; aborted when the network goes. */
	attempt: AbortController | null;
	tries: number;
	/** It was given up only because of the network. */
	lost: boolean;
	again: ReturnType<typeof setTimeout> | undefined;
}

const fresh = (source: File): Running => ({ source, id: null, reached: nothingReached(), attempt: null, tries: 0, lost: false, again: undefined });

class Uploads {
	#rooms = $state<Record<string, Waiting[]>>({});
	#running = new Map<string, Running>();
	#person: string | null = null;

	start(): void {
		// Nobody can send them any more.
		realtime.onEvents((events) => {
			for (const event of events) if (event.type === 'room.removed') for (const { key } of this.of(event.room)) this.cancel(event.room, key);
		});
		session.onChange((user) => {
			// What somebody else has uploaded here cannot be sent by whoever comes after them.
			if (user && this.#person && this.#person !== user.id) {
				const left = [...this.#running.values()];
				this.#running.clear();
				this.#rooms = {};
				for (const { attempt, again } of left) {
					clearTimeout(again);
					attempt?.abort();
				}
			}
			if (user) this.#person = user.id;
		});
		// A request without a network may hang for a minute before it says so.
		addEventListener('offline', () => {
			for (const { attempt } of this.#running.values()) attempt?.abort(new NetworkError());
		});
		addEventListener('online', () => this.#back());
		realtime.onBack(() => this.#back());
	}

	of(room: string): readonly Waiting[] {
		return this.#rooms[room] ?? [];
	}

	add(room: string, sources: readonly File[]): void {
		const free = MOST_FILES - this.of(room).length;
		if (sources.length > free) toasts.show(t('files.too-many', { count: MOST_FILES }), 'bad');
		for (const source of sources.slice(0, Math.max(0, free))) {
			const key = crypto.randomUUID();
			const problem = source.size === 0 ? t('files.empty') : source.size > MOST_BYTES ? t('files.too-large', { limit: fileSize(MOST_BYTES) }) : '';
			const waiting: Waiting = {
				key,
				name: source.name,
				size: source.size,
				picture: source.type.startsWith('image/') && source.type !== 'image/svg+xml' ? URL.createObjectURL(source) : null,
				state: problem ? 'failed' : 'waiting',
				share: 0,
				problem,
				retriable: false,
				attachment: null
			};
			this.#rooms[room] = [...this.of(room), waiting];
			this.#running.set(key, fresh(source));
		}
		this.#next();
	}

	/** Takes a file out again, on the server too. */
	cancel(room: string, key: string): void {
		const running = this.#forget(room, key);
		running?.attempt?.abort();
		if (running?.id) deleteFile(running.id).catch(() => undefined); // what is left is cleaned up by the server
		this.#next();
	}

	retry(room: string, key: string): void {
		const running = this.#running.get(key);
		if (!running) return;
		clearTimeout(running.again);
		if (running.lost) Object.assign(running, { tries: 0, lost: false });
		else {
			if (running.id) deleteFile(running.id).catch(() => undefined);
			Object.assign(running, fresh(running.source));
		}
		this.#change(room, key, { state: 'waiting', problem: '' });
		this.#next();
	}

	/** Hands over what is ready, for the message that is being sent. */
	take(room: string): Attachment[] {
		const taken = this.of(room).filter(({ state }) => state === 'ready');
		for (const { key } of taken) this.#forget(room, key);
		return taken.flatMap(({ attachment }) => (attachment ? [attachment] : []));
	}

	/** Puts back what was taken: the message could not be sent. */
	give(room: string, attachments: readonly Attachment[]): void {
		const back = attachments.map((attachment) => {
			const { id, name, size } = attachment;
			return { key: id, name, size, picture: null, state: 'ready', share: 1, problem: '', retriable: false, attachment } satisfies Waiting;
		});
		this.#rooms[room] = [...back, ...this.of(room)];
	}

	/** Begins what may begin, in whichever conversation it waits: those that are under way may be another one's. */
	#next(): void {
		const all = Object.entries(this.#rooms).flatMap(([room, items]) => items.map(({ key, state }) => ({ room, key, state })));
		const active = all.filter(({ state }) => state === 'uploading').length;
		const waiting = all.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, AT_ONCE - active));
		for (const { room, key } of waiting) void this.#send(room, key);
	}

	async #send(room: string, key: string): Promise<void> {
		const running = this.#running.get(key);
		if (!running) return;
		this.#change(room, key, { state: 'uploading', share: running.reached.sent ? 1 : 0 });
		running.lost = false;
		const { signal } = (running.attempt = new AbortController());
		const steps: UploadSteps = {
			signal,
			onBegun: (id) => {
				// Taken out, or interrupted, before the server had an answer: nobody else knows this id.
				if (signal.aborted) deleteFile(id).catch(() => undefined);
				else running.id = id;
			},
			onProgress: (share) => this.#change(room, key, { share }),
			onChecking: () => {
				this.#change(room, key, { state: 'checking', share: 1 });
				this.#next();
			}
		};
		try {
			const file = await upload(running.source, 'attachment', steps, running.reached);
			const { id, name, type, size, inline, width, height, has_thumbnail } = file;
			const attachment = { id, name, type: type ?? '', size, inline, width, height, has_thumbnail };
			this.#change(room, key, { state: 'ready', size, name, attachment });
		} catch (error) {
			if (this.#running.get(key) !== running) return; // taken out
			const known = error instanceof ApiError;
			if (error instanceof NetworkError || (known && error.status >= 500)) this.#interrupted(room, key, running);
			else this.#change(room, key, { state: 'failed', problem: known ? error.message : t('error.unexpected'), retriable: !known || error.status === 429 });
		}
		running.attempt = null;
		this.#next();
	}

	/** Tries again after a while, or when the network is back; while it is there, not for ever. */
	#interrupted(room: string, key: string, running: Running): void {
		running.lost = true;
		if (navigator.onLine && ++running.tries > MOST_TRIES) return this.#change(room, key, { state: 'failed', problem: t('files.lost'), retriable: true });
		const pause = navigator.onLine ? FIRST_PAUSE_MS * 2 ** (running.tries - 1) : LONGEST_PAUSE_MS;
		running.again = setTimeout(() => this.#again(room, key), Math.min(pause, LONGEST_PAUSE_MS));
		this.#change(room, key, { state: 'interrupted' });
	}

	#again(room: string, key: string): void {
		clearTimeout(this.#running.get(key)?.again);
		this.#change(room, key, { state: 'waiting', problem: '' });
		this.#next();
	}

	/** The network is back, or the server: everything that it stopped goes on. */
	#back(): void {
		for (const [room, items] of Object.entries(this.#rooms)) {
			for (const { key, state } of items) {
				const running = this.#running.get(key);
				if (!running?.lost || (state !== 'interrupted' && state !== 'failed')) continue;
				running.tries = 0;
				this.#again(room, key);
			}
		}
	}

	#change(room: string, key: string, changes: Partial<Waiting>): void {
		const waiting = this.#rooms[room]?.find((each) => each.key === key);
		if (waiting) Object.assign(waiting, changes);
	}

	#forget(room: string, key: string): Running | undefined {
		const running = this.#running.get(key);
		const waiting = this.of(room).find((each) => each.key === key);
		if (waiting?.picture) URL.revokeObjectURL(waiting.picture);
		this.#rooms[room] = this.of(room).filter((each) => each.key !== key);
		this.#running.delete(key);
		clearTimeout(running?.again);
		return running;
	}
}

export const uploads = new Uploads();

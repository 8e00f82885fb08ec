/** How much of the assistant is left: read again when something of it was used. */
import { readQuota } from '$lib/api/assistant';
import type { QuotaRead } from '$lib/api/types';
import { sight } from '$lib/realtime/reducer';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';

const WAIT_MS = 400;

class QuotaStore {
	value = $state.raw<QuotaRead | null>(null);
	/** Messages left of the day. */
	readonly left = $derived(this.value ? Math.max(0, this.value.messages.limit - this.value.messages.used) : Infinity);
	/** How much of the month's tokens is used, from 0 to 1. */
	readonly month = $derived(this.value ? this.value.tokens.used / Math.max(1, this.value.tokens.limit) : 0);

	/** When the assistant can be asked again; null while it can, and while it is not known. */
	readonly until = $derived(this.left === 0 ? (this.value?.messages.resets_at ?? null) : this.month >= 1 ? (this.value?.tokens.resets_at ?? null) : null);

	/** When the newest message was sent that was known here as the value was asked for: milliseconds of the server's clock. */
	#newest = $state(0);
	#timer: ReturnType<typeof setTimeout> | undefined;

	start(): void {
		session.onChange((user) => {
			this.#newest = 0;
			if (user) this.refresh();
			else this.value = null;
		});
		realtime.onEvents((events) => {
			const mine = (event: (typeof events)[number]) => event.type === 'message.created' && event.message.sender_id === session.user?.id;
			if (events.some((event) => event.type === 'turn.ended' || mine(event))) this.refresh();
		});
	}

	/** Whether the value is newer than a message that was sent at `at`: what it says about it holds. */
	covers(at: string): boolean {
		return Date.parse(at) <= this.#newest;
	}

	/** Reads the value again; what asks for it at once is one request. */
	refresh(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#read(), WAIT_MS);
	}

	async #read(): Promise<void> {
		const known = Object.values(realtime.rooms).flatMap((state) => sight(state).map(({ created_at }) => Date.parse(created_at)));
		try {
			this.value = await readQuota();
			this.#newest = known.reduce((newest, at) => Math.max(newest, at), this.#newest);
		} catch {
			// The server still counts; it says so when the limit is reached.
		}
	}
}

export const quota = new QuotaStore();

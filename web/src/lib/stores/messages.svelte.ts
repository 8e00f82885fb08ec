/** What one does to messages: at once on this page, then at the server; undone here when it is refused. */
import { explainCommand } from '$lib/chat/problems';
import type { Message } from '$lib/api/types';
import { t } from '$lib/i18n';
import { change } from '$lib/realtime/reducer';
import { SvelteMap } from 'svelte/reactivity';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

const UNDO_MS = 6_000;

class Messages {
	/** Deleted here, not yet at the server: there is a moment to take it back. */
	#leaving = new SvelteMap<string, { room: string; timer: ReturnType<typeof setTimeout> }>();
	/** The message that the composer of a room answers. */
	replying = $state.raw<Readonly<Record<string, Message | undefined>>>({});
	/** The message whose words are being changed: in the conversation, or in the thread beside it, where it stands too. */
	editing = $state.raw<{ id: string; beside: boolean; /** As far as it is written. */ draft?: string } | null>(null);

	constructor() {
		// Whoever closes the page meant it.
		addEventListener('pagehide', () => {
			for (const [id, { room }] of this.#leaving) {
				void fetch(`/api/v1/rooms/${room}/messages/${id}`, { method: 'DELETE', keepalive: true, credentials: 'same-origin' });
			}
		});
	}

	isLeaving(id: string | null): boolean {
		return id !== null && this.#leaving.has(id);
	}

	reply(room: string, message: Message | null): void {
		this.replying = { ...this.replying, [room]: message ?? undefined };
	}

	/** The last message of one's own becomes a field. */
	editLast(list: readonly Message[], beside: boolean): void {
		const last = list.findLast(({ id, sender_id, deleted_at, kind }) => sender_id === session.user?.id && !deleted_at && kind === 'text' && !this.isLeaving(id));
		if (last) this.editing = { id: last.id, beside };
	}

	async react(message: Message, emoji: string): Promise<void> {
		const me = session.user?.id ?? '';
		const on = !message.reactions.some((each) => each.emoji === emoji && each.user_ids.includes(me));
		const before = message.reactions;
		this.#patch(message, { reactions: toggled(before, emoji, me, on) });
		try {
			await realtime.command({ type: 'reaction.set', room: message.room_id, message: message.id, emoji, on });
		} catch (error) {
			this.#patch(message, { reactions: before });
			toasts.show(explainCommand(error), 'bad');
		}
	}

	async pin(message: Message): Promise<void> {
		const on = message.pinned_at === null;
		await this.#try(realtime.command({ type: 'pin.set', room: message.room_id, message: message.id, on }), t(on ? 'message.pinned.done' : 'message.unpinned.done'));
	}

	/** True when it is stored. */
	async edit(message: Message, text: string, mentions: string[]): Promise<boolean> {
		return this.#try(realtime.command({ type: 'message.edit', room: message.room_id, message: message.id, text, mentions }));
	}

	/** Out of sight at once; gone for good when the moment to take it back has passed. */
	remove(message: Message): void {
		const timer = setTimeout(() => void this.#delete(message), UNDO_MS);
		this.#leaving.set(message.id, { room: message.room_id, timer });
		toasts.show(t('message.deleted.done'), 'info', { label: t('action.undo'), run: () => this.#keep(message.id) });
	}

	#keep(id: string): void {
		clearTimeout(this.#leaving.get(id)?.timer);
		this.#leaving.delete(id);
	}

	async #delete(message: Message): Promise<void> {
		await this.#try(realtime.command({ type: 'message.delete', room: message.room_id, message: message.id }));
		this.#leaving.delete(message.id);
	}

	async #try(work: Promise<unknown>, done = ''): Promise<boolean> {
		try {
			await work;
			if (done) toasts.show(done, 'good');
			return true;
		} catch (error) {
			toasts.show(explainCommand(error), 'bad');
			return false;
		}
	}

	#patch(message: Message, changes: Partial<Message>): void {
		realtime.update(message.room_id, (state) => change(state, message.id, (known) => ({ ...known, ...changes })));
	}
}

function toggled(reactions: Message['reactions'], emoji: string, me: string, on: boolean): Message['reactions'] {
	const rest = reactions.map((each) => (each.emoji === emoji ? { ...each, user_ids: each.user_ids.filter((id) => id !== me) } : each));
	if (!on) return rest.filter(({ user_ids }) => user_ids.length);
	if (!rest.some((each) => each.emoji === emoji)) return [...rest, { emoji, user_ids: [me] }];
	return rest.map((each) => (each.emoji === emoji ? { ...each, user_ids: [...each.user_ids, me] } : each));
}

export const messages = new Messages();

/** What one may do with a message among people, in the order of the menu. */
import type { Message } from '$lib/api/types';
import type { IconName } from '$lib/components/ui/Icon.svelte';
import { t, type PlainKey } from '$lib/i18n';
import { messages } from '$lib/stores/messages.svelte';
import { panel } from '$lib/stores/panel.svelte';
import { toasts } from '$lib/stores/toasts.svelte';

export interface Action {
	label: PlainKey;
	icon: IconName;
	bad?: boolean;
	run: () => unknown;
}

export const QUICK = ['👍', '❤️', '🎉'];
/** In rows of so many. */
export const COLUMNS = 8;
export const EMOJI = ['👍', '❤️', '🎉', '😄', '🙏', '👀', '🚀', '✅', '🤔', '😮', '😢', '🔥', '💡', '👏', '💯', '🙌', '➕', '👎', '☕', '🐛', '📌', '⏳', '🎯', '❓'];

export function actionsFor(message: Message, me: string, owner: boolean, beside: boolean): Action[] {
	const mine = message.sender_id === me;
	const list: Action[] = [
		{ label: message.pinned_at ? 'message.unpin' : 'message.pin', icon: 'pin', run: () => messages.pin(message) },
		{ label: 'message.copy', icon: 'copy', run: () => copy(message.text) },
		{ label: 'message.link', icon: 'link', run: () => copy(`${location.origin}/rooms/${message.room_id}?message=${message.id}`) }
	];
	if (mine) list.unshift({ label: 'message.edit', icon: 'pencil', run: () => (messages.editing = { id: message.id, beside }) });
	if (message.edited_at) list.push({ label: 'message.history', icon: 'clock', run: () => panel.versions(message) });
	if (!mine) list.push({ label: 'message.report', icon: 'flag', run: () => panel.report({ room: message.room_id, user: message.sender_id, message: message.id }) });
	if (mine || owner) list.push({ label: 'message.delete', icon: 'trash', bad: true, run: () => messages.remove(message) });
	return list;
}

async function copy(text: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		toasts.show(t('message.copied'), 'good');
	} catch {
		toasts.show(t('message.not-copied'), 'bad');
	}
}

/** What was written in a room and not sent: on its way, or begun there or in the thread that is open beside it. */
import { drafts } from '$lib/stores/drafts.svelte';
import { panel } from '$lib/stores/panel.svelte';
import { realtime } from '$lib/stores/realtime.svelte';
import { spoken } from '$lib/stores/rooms.svelte';

export interface Unsent {
	key: string;
	shown: string;
	/** Its words, where it has some. */
	text: string;
	discard: () => void;
}

export function unsent(room: string): Unsent[] {
	const waiting = realtime.pending
		.filter((each) => each.room === room)
		.map((each) => ({ key: each.client_id, shown: spoken(each), text: each.text, discard: () => realtime.discard(each.client_id) }));
	const thread = panel.beside?.kind === 'thread' && panel.beside.room === room ? [`thread:${panel.beside.root}`] : [];
	const begun = [room, ...thread]
		.map((key) => ({ key, shown: drafts.get(key), text: drafts.get(key), discard: () => drafts.set(key, '') }))
		.filter(({ text }) => text.trim());
	return [...waiting, ...begun];
}

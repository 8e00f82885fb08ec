/** What stands beside the conversation: a thread or the room's details; and what is asked about a message in a dialog. */
import { page } from '$app/state';
import type { Message } from '$lib/api/types';

type Beside = { kind: 'thread'; room: string; root: string } | { kind: 'details'; room: string } | null;
type Asked = { kind: 'versions'; message: Message } | { kind: 'report'; room: string; user: string; message?: string } | null;

class Panel {
	beside = $state.raw<Beside>(null);
	asked = $state.raw<Asked>(null);

	thread(message: Message): void {
		this.beside = { kind: 'thread', room: message.room_id, root: message.thread_id ?? message.id };
	}

	details(room: string): void {
		this.beside = this.beside?.kind === 'details' ? null : { kind: 'details', room };
	}

	versions(message: Message): void {
		this.asked = { kind: 'versions', message };
	}

	report(about: { room: string; user: string; message?: string }): void {
		this.asked = { kind: 'report', ...about };
	}

	close(): void {
		this.beside = null;
	}

	/** What opening it put into the history goes with it. */
	leave(): void {
		if (page.state.panel) history.back();
		else this.close();
	}
}

export const panel = new Panel();

/** Whether a panel covers the conversation instead of standing beside it. */
export const covers = () => matchMedia('(max-width: 63.99rem)').matches;

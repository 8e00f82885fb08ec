/** One's own ratings of the assistant's answers, by turn, of the rooms that were opened. */
import { giveFeedback, readFeedback, withdrawFeedback } from '$lib/api/assistant';
import type { Feedback } from '$lib/api/types';

class FeedbackStore {
	byTurn = $state.raw<Readonly<Record<string, Feedback>>>({});

	/** Best effort: without it the thumbs are empty until one is pressed. */
	async load(room: string): Promise<void> {
		try {
			const ratings = await readFeedback(room);
			this.byTurn = { ...this.byTurn, ...Object.fromEntries(ratings.map((rating) => [rating.turn_id, rating])) };
		} catch {
			// A missing mark is no reason to disturb.
		}
	}

	async give(message: string, rating: 'up' | 'down', comment = ''): Promise<void> {
		const given = await giveFeedback(message, rating, comment);
		this.byTurn = { ...this.byTurn, [given.turn_id]: given };
	}

	async withdraw(message: string, turn: string): Promise<void> {
		await withdrawFeedback(message);
		this.byTurn = Object.fromEntries(Object.entries(this.byTurn).filter(([id]) => id !== turn));
	}
}

export const feedback = new FeedbackStore();

/** The time, for countdowns and relative dates: one ticking clock for the whole page. */
import { createSubscriber } from 'svelte/reactivity';

const tick = (every: number) =>
	createSubscriber((update) => {
		const timer = setInterval(update, every);
		return () => clearInterval(timer);
	});

const seconds = tick(1_000);
const minutes = tick(30_000);

export const clock = {
	/** Now, refreshed every second while somebody looks. */
	get second(): Date {
		seconds();
		return new Date();
	},
	/** Now, refreshed twice a minute while somebody looks. */
	get minute(): Date {
		minutes();
		return new Date();
	}
};

/** Waiting times between attempts: doubled each time up to a bound, spread by "full jitter". Milliseconds. */
export class Backoff {
	#attempt = 0;

	constructor(
		private readonly base = 500,
		private readonly cap = 15_000,
		private readonly random: () => number = Math.random
	) {}

	/** The next waiting time; never less than a tenth of the bound of that attempt. `hint` (the server's wish) replaces the bound. */
	next(hint: number | null = null): number {
		const bound = hint ?? Math.min(this.cap, this.base * 2 ** this.#attempt);
		this.#attempt += 1;
		return Math.round(bound * (0.1 + 0.9 * this.random()));
	}

	reset(): void {
		this.#attempt = 0;
	}
}

/** Bookings by id, as last heard of. Cards show them live: the card in a message is how things stood then. */
import { cancelBooking, listBookings, readBooking } from '$lib/api/market';
import type { Booking } from '$lib/api/types';
import { SvelteMap } from 'svelte/reactivity';

class Bookings {
	#known = new SvelteMap<string, Booking>();

	get(id: string): Booking | undefined {
		return this.#known.get(id);
	}

	learn(booking: Booking): void {
		this.#known.set(booking.id, booking);
	}

	async read(id: string): Promise<Booking> {
		const booking = await readBooking(id);
		this.learn(booking);
		return booking;
	}

	async list(when: 'upcoming' | 'past'): Promise<Booking[]> {
		const items = await listBookings(when);
		items.forEach((booking) => this.learn(booking));
		return items;
	}

	async cancel(id: string): Promise<void> {
		this.learn(await cancelBooking(id));
	}

	forget(): void {
		this.#known.clear();
	}
}

export const bookings = new Bookings();

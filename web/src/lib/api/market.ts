/** Experts, bookings and payments. */
import { request } from './request';
import type { Booking, Expert, Meta, Payment, Slots } from './types';

export const readMeta = () => request<Meta>('GET', '/meta');

export const readExpert = (id: string) => request<Expert>('GET', `/experts/${encodeURIComponent(id)}`);

export const readSlots = (expert: string, range: { start: string; end: string; minutes: number }) =>
	request<Slots>('GET', `/experts/${expert}/slots?${new URLSearchParams({ ...range, minutes: String(range.minutes) })}`);

export const listBookings = (when: 'upcoming' | 'past') =>
	request<{ items: Booking[]; next_cursor: string | null }>('GET', `/bookings?when=${when}&limit=50`);

export const readBooking = (id: string) => request<Booking>('GET', `/bookings/${id}`);

export const cancelBooking = (id: string) => request<Booking>('POST', `/bookings/${id}/cancel`);

export const readPayment = (id: string) => request<Payment>('GET', `/payments/${id}`);

export const checkout = (payment: string) => request<{ url: string; expires_at: string }>('POST', `/payments/${payment}/checkout`);

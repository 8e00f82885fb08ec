/** Experts, bookings and payments. */
import { api, read } from './client';
import type { Booking, Expert, MatchList, Meta, Payment, Slots } from './types';

const V1 = '/api/v1';

export const readMeta = async () => (await read(api.GET(`${V1}/meta`))) as Meta;

export const readExpert = async (id: string) => (await read(api.GET(`${V1}/experts/{expert_id}`, { params: { path: { expert_id: id } } }))) as Expert;

export const readSlots = async (expert: string, query: { start: string; end: string; minutes: number }) =>
	(await read(api.GET(`${V1}/experts/{expert_id}/slots`, { params: { path: { expert_id: expert }, query } }))) as Slots;

/** A match list of one's own as it stands now. */
export const readMatches = async (id: string) => (await read(api.GET(`${V1}/matches/{match_id}`, { params: { path: { match_id: id } } }))) as MatchList;

export const listBookings = async (when: 'upcoming' | 'past') =>
	(await read(api.GET(`${V1}/bookings`, { params: { query: { when, limit: 50 } } }))).items as Booking[];

const booking = (id: string) => ({ params: { path: { booking_id: id } } });

export const readBooking = async (id: string) => (await read(api.GET(`${V1}/bookings/{booking_id}`, booking(id)))) as Booking;

export const cancelBooking = async (id: string) => (await read(api.POST(`${V1}/bookings/{booking_id}/cancel`, booking(id)))) as Booking;

const payment = (id: string) => ({ params: { path: { payment_id: id } } });

export const readPayment = async (id: string) => (await read(api.GET(`${V1}/payments/{payment_id}`, payment(id)))) as Payment;

export const checkout = (id: string) => read(api.POST(`${V1}/payments/{payment_id}/checkout`, payment(id)));

import type { FetchedRoom } from '$lib/realtime/sync';
import { request } from './request';
import type { Message, Proposal, Room } from './types';

const PAGE = 50;

interface Page<T> {
	items: T[];
	next_cursor: string | null;
}

export const listRooms = () => request<Page<Room>>('GET', '/rooms?limit=50');

export const createRoom = () => request<Room>('POST', '/rooms', {});

export const readRoom = (id: string) => request<Room>('GET', `/rooms/${id}`);

export const olderMessages = (room: string, before: number) =>
	request<Page<Message>>('GET', `/rooms/${room}/messages?before_seq=${before}&limit=${PAGE}`);

/** The room first, then its newest messages: see `fromFetched`. */
export async function fetchRoom(id: string): Promise<FetchedRoom & { room: Room }> {
	const room = await readRoom(id);
	const { items } = await request<Page<Message>>('GET', `/rooms/${id}/messages?limit=${PAGE}`);
	return { room, seq: room.last_seq, title: room.title, members: room.members, messages: items };
}

export const readProposal = (id: string) => request<Proposal>('GET', `/proposals/${id}`);

export const confirmProposal = (id: string, edits: Record<string, unknown> = {}) =>
	request<Proposal>('POST', `/proposals/${id}/confirm`, { edits });

export const declineProposal = (id: string) => request<Proposal>('POST', `/proposals/${id}/decline`);

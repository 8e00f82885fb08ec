import type { FetchedRoom } from '$lib/realtime/sync';
import { api, read } from './client';
import type { Message, Proposal, Room } from './types';

const V1 = '/api/v1';
const PAGE = 50;

export interface MessagePage {
	items: Message[];
	next_cursor: string | null;
	/** `after_seq` of the page after this one; null at the end. */
	newer: number | null;
}

export const listRooms = async (cursor?: string, archived = false) =>
	(await read(api.GET(`${V1}/rooms`, { params: { query: { limit: PAGE, cursor, archived } } }))) as { items: Room[]; next_cursor: string | null };

export const createRoom = async () => (await read(api.POST(`${V1}/rooms`, { body: {} as never }))) as Room;

export const readRoom = async (id: string) => (await read(api.GET(`${V1}/rooms/{room_id}`, { params: { path: { room_id: id } } }))) as Room;

export interface Bounds {
	before_seq?: number;
	after_seq?: number;
	/** Around a message. */
	around?: string;
	/** Around a moment. */
	at?: string;
}

/** The newest messages, or those that the bounds say. Oldest first. */
export const readMessages = async (id: string, bounds: Bounds = {}) =>
	(await read(api.GET(`${V1}/rooms/{room_id}/messages`, { params: { path: { room_id: id }, query: { ...bounds, limit: PAGE } } }))) as MessagePage;

/** The room first, then its newest messages: see `fromFetched`. */
export async function fetchRoom(id: string): Promise<FetchedRoom & { room: Room }> {
	const room = await readRoom(id);
	const { items } = await readMessages(id);
	const { last_seq: seq, title, branch, branches } = room;
	return { room, seq, title, branch, branches, members: room.members as FetchedRoom['members'], former: room.former as FetchedRoom['former'], messages: items };
}

const proposal = (id: string) => ({ params: { path: { proposal_id: id } } });

export const readProposal = async (id: string) => (await read(api.GET(`${V1}/proposals/{proposal_id}`, proposal(id)))) as Proposal;

export const confirmProposal = async (id: string, edits: Record<string, unknown> = {}) =>
	(await read(api.POST(`${V1}/proposals/{proposal_id}/confirm`, { ...proposal(id), body: { edits } }))) as Proposal;

export const declineProposal = async (id: string) => (await read(api.POST(`${V1}/proposals/{proposal_id}/decline`, proposal(id)))) as Proposal;

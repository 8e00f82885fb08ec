import type { Message, Proposal } from '$lib/api/types';

export const ROOM = 'room-1';

export function message(no: number, fields: Partial<Message> = {}): Message {
	return {
		id: `m${no}`,
		room_id: ROOM,
		seq: no,
		no,
		sender_id: 'u1',
		kind: 'text',
		text: `text ${no}`,
		cards: [],
		attachments: [],
		previews: [],
		client_id: `c${no}`,
		reply_to: null,
		thread_id: null,
		thread_no: null,
		reply_count: 0,
		mentions: [],
		reactions: [],
		pinned_at: null,
		pinned_by: null,
		created_at: '2026-11-23T09:00:00.000Z',
		edited_at: null,
		deleted_at: null,
		turn_id: null,
		branch: 0,
		meta: {},
		...fields
	};
}

export function proposal(status: Proposal['status'], fields: Partial<Proposal> = {}): Proposal {
	return {
		id: 'p1',
		room_id: ROOM,
		user_id: 'u1',
		kind: 'booking',
		title: 'Call',
		status,
		payload: {},
		outcome: null,
		expires_at: '2026-11-23T10:00:00.000Z',
		created_at: '2026-11-23T09:00:00.000Z',
		resolved_at: null,
		...fields
	};
}

export const durable = (seq: number, type: string, fields: Record<string, unknown>) =>
	({ type, room: ROOM, seq, at: '2026-11-23T09:00:00.000Z', ...fields }) as never;

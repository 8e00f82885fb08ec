/** Frames of realtime protocol v1 (`docs/protocol.openapi.json`), as this client uses them. */
import type { Card, Member, Message, Proposal } from '$lib/api/types';

export const SUBPROTOCOL = 'sextant.v1';

export const CLOSE = { unauthenticated: 4001, slow: 4008, limits: 4009, restart: 1012 } as const;

export type ToolState = 'started' | 'done' | 'failed';

export interface TurnTool {
	call: string;
	name: string;
	label: string;
	state: ToolState;
	card?: Card | null;
}

interface Durable {
	room: string;
	seq: number;
	at: string;
}

export type DurableEvent = Durable &
	(
		| { type: 'message.created' | 'message.edited' | 'message.deleted'; message: Message }
		| { type: 'reaction.changed'; message_id: string; emoji: string; user_id: string; on: boolean }
		| { type: 'member.joined'; member: Member }
		| { type: 'member.left'; user_id: string }
		| { type: 'proposal.created' | 'proposal.resolved'; proposal: Proposal }
		| { type: 'room.updated'; changes: Record<string, unknown> }
	);

export type TurnStatus = 'done' | 'stopped' | 'failed';

export type RoomEphemeral =
	| { type: 'turn.started'; room: string; turn: string; attempt: number }
	| { type: 'turn.delta'; room: string; turn: string; offset: number; text: string }
	| ({ type: 'turn.tool'; room: string; turn: string } & TurnTool)
	| { type: 'turn.notice'; room: string; turn: string; text: string }
	| { type: 'turn.ended'; room: string; turn: string; status: TurnStatus; message_id?: string | null }
	| { type: 'typing'; room: string; user_id: string }
	| { type: 'receipt'; room: string; user_id: string; seq: number }
	| { type: 'reset'; room: string; seq: number };

export type RoomEvent = DurableEvent | RoomEphemeral;

const PERSONAL = new Set(['unread', 'room.activity', 'room.added']);

export function isPersonal(event: RoomEvent | PersonEvent): event is PersonEvent {
	return PERSONAL.has(event.type);
}

/** Events for the person, which need no subscription. */
export type PersonEvent =
	| { type: 'unread'; room: string; unread: number; read_seq: number }
	| { type: 'room.activity'; room: string; seq: number; no: number; sender_id: string; preview: string; at: string }
	| { type: 'room.added'; room: string };

export interface Welcome {
	type: 'welcome';
	protocol: number;
	user: { id: string; name: string | null; role: string };
	heartbeat_seconds: number;
}

export interface Ack {
	type: 'ack';
	id: string;
	room?: string;
	seq?: number;
	client_id?: string;
	message?: Message;
	duplicate?: boolean;
	[field: string]: unknown;
}

export interface ErrorFrame {
	type: 'error';
	id: string | null;
	code: string;
	message: string;
	[field: string]: unknown;
}

export type ServerFrame =
	| Welcome
	| Ack
	| ErrorFrame
	| { type: 'closing'; reconnect_ms: number }
	| RoomEvent
	| PersonEvent;

export type Command =
	| { type: 'subscribe'; room: string; after_seq?: number }
	| { type: 'unsubscribe'; room: string }
	| { type: 'message.send'; room: string; client_id: string; text: string; reply_to?: string }
	| { type: 'read'; room: string; seq: number }
	| { type: 'typing'; room: string }
	| { type: 'turn.stop'; turn: string }
	| { type: 'proposal.confirm'; proposal: string; edits?: Record<string, unknown> }
	| { type: 'proposal.decline'; proposal: string }
	| { type: 'ping' };

export function isDurable(event: RoomEvent): event is DurableEvent {
	return 'seq' in event && 'at' in event;
}

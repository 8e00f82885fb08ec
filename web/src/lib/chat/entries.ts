/** What a conversation shows, from top to bottom, as a pure function of the room's state. */
import type { Attachment, Card, LinkPreview, Message } from '$lib/api/types';
import { dayKey } from '$lib/format/time';
import type { Pending } from '$lib/realtime/outbox';
import type { TurnTool } from '$lib/realtime/protocol';
import type { RoomState } from '$lib/realtime/reducer';
import { shown, unanswered, versions, type Versions } from './branches';

export interface AssistantEntry {
	type: 'assistant';
	key: string;
	text: string;
	cards: readonly Card[];
	tools: readonly TurnTool[];
	notices: readonly string[];
	status: 'complete' | 'stopped' | 'failed' | 'running';
	at: string | null;
	model: string | null;
	/** The stored message and its turn; null while it is being written. */
	message: string | null;
	turn: string | null;
	versions: Versions | null;
}

export interface PersonEntry {
	type: 'person';
	key: string;
	sender: string;
	mine: boolean;
	/** First of a run by the same person: shows name and picture. */
	first: boolean;
	/** Last of a run: shows the time. */
	last: boolean;
	text: string;
	cards: readonly Card[];
	attachments: readonly Attachment[];
	previews: readonly LinkPreview[];
	at: string;
	edited: boolean;
	deleted: boolean;
	/** It names the assistant, which was not asked. */
	unasked: boolean;
	/** `queued`: sent while a reply was being written, and waiting for its turn. */
	state: 'sent' | 'queued' | 'sending' | 'failed';
	clientId: string;
	problem: string | null;
	seq: number;
	/** Null until it is stored. */
	message: string | null;
	versions: Versions | null;
}

export type Entry =
	| { type: 'day'; key: string; at: string }
	| { type: 'unread'; key: string }
	| { type: 'event'; key: string; text: string; cards: readonly Card[]; at: string }
	| AssistantEntry
	| PersonEntry;

export interface Viewer {
	id: string;
	zone: string;
	/**
	 * What was read when the room was opened; the divider stands after it, once that is in sight: the first message of a
	 * page, or of a stretch that was jumped to, is not where the new ones begin. Where nothing was read, all is new.
	 */
	readSeq: number | null;
}

const GROUP_MS = 5 * 60_000;

export function entries(state: RoomState, pending: readonly Pending[], viewer: Viewer): Entry[] {
	const list: Entry[] = [];
	let day = '';
	let divided = !viewer.readSeq;
	let before = false;
	for (const message of shown(state)) {
		const today = dayKey(message.created_at, viewer.zone);
		if (today !== day) list.push({ type: 'day', key: `day-${today}`, at: message.created_at });
		day = today;
		if (message.seq <= (viewer.readSeq ?? 0)) before = true;
		else if (!divided && (before || message.no <= 1) && message.sender_id !== viewer.id) {
			list.push({ type: 'unread', key: 'unread' });
			divided = true;
		}
		list.push(entry(message, state, viewer));
	}
	const known = new Set(state.messages.map(({ client_id }) => client_id));
	for (const message of pending) {
		if (message.room === state.room && !known.has(message.client_id)) list.push(unsent(message, viewer));
	}
	if (state.turn) list.push(running(state));
	else if (unanswered(state)) list.push(stillborn(state));
	return grouped(list);
}

function entry(message: Message, state: RoomState, viewer: Viewer): Entry {
	const { text, cards, created_at: at, meta } = message;
	if (message.kind === 'event') return { type: 'event', key: message.id, text, cards, at };
	if (isAssistant(message, state)) {
		// The same key as the running turn had: the reply stays where it is when it is stored.
		const key = message.turn_id ? `turn-${message.turn_id}` : message.id;
		const status = meta.status ?? 'complete';
		const stored = { message: message.id, turn: message.turn_id, versions: versions(state, message) };
		return { type: 'assistant', key, text, cards, tools: [], notices: meta.notices ?? [], status, at, model: meta.model ?? null, ...stored };
	}
	const queued = isQueued(message, state, viewer);
	return { ...personEntry(message, viewer.id), state: queued ? 'queued' : 'sent', versions: versions(state, message) };
}

function isQueued(message: Message, state: RoomState, viewer: Viewer): boolean {
	return message.sender_id === viewer.id && state.turn !== null && state.turn.after !== null && message.no > state.turn.after;
}

/** A stored message of a person, by itself. */
export function personEntry(message: Message, me: string): PersonEntry {
	return {
		type: 'person',
		key: message.client_id,
		sender: message.sender_id,
		mine: message.sender_id === me,
		first: true,
		last: true,
		text: message.text,
		cards: message.cards,
		attachments: message.attachments,
		previews: message.previews,
		at: message.created_at,
		edited: message.edited_at !== null,
		deleted: message.deleted_at !== null,
		unasked: message.meta.assistant === 'not_asked',
		state: 'sent',
		clientId: message.client_id,
		problem: null,
		seq: message.seq,
		message: message.id,
		versions: null
	};
}

function isAssistant(message: Message, state: RoomState): boolean {
	// Among people the assistant is no member: what a turn said is its own.
	return message.turn_id !== null || state.members[message.sender_id]?.account_role === 'assistant';
}

function unsent(message: Pending, viewer: Viewer): PersonEntry {
	return {
		type: 'person',
		key: message.client_id,
		sender: viewer.id,
		mine: true,
		first: true,
		last: true,
		text: message.text,
		cards: [],
		attachments: message.attachments ?? [],
		previews: [],
		at: message.created_at,
		edited: false,
		deleted: false,
		unasked: false,
		state: message.failed ? 'failed' : 'sending',
		clientId: message.client_id,
		problem: message.failed ?? null,
		seq: Infinity,
		message: null,
		versions: null
	};
}

function running(state: RoomState): AssistantEntry {
	const turn = state.turn as NonNullable<RoomState['turn']>;
	const cards = turn.tools.flatMap(({ card }) => (card ? [card] : []));
	const ended = { done: 'complete', stopped: 'stopped', failed: 'failed' } as const;
	return {
		type: 'assistant',
		key: `turn-${turn.id}`,
		text: turn.text,
		cards,
		tools: turn.tools,
		notices: turn.notices,
		status: turn.ended ? ended[turn.ended] : 'running',
		at: null,
		model: null,
		message: null,
		turn: turn.id,
		versions: null
	};
}

/** An answer that was to be given again and was stopped before its first word: its other versions stay in reach. */
function stillborn(state: RoomState): AssistantEntry {
	const none = { text: '', cards: [], tools: [], notices: [], at: null, model: null, message: null, turn: null };
	return { type: 'assistant', key: `branch-${state.branch}`, status: 'stopped', ...none, versions: unanswered(state) };
}

function grouped(list: Entry[]): Entry[] {
	return list.map((item, at) => {
		if (item.type !== 'person') return item;
		return { ...item, first: !together(list[at - 1], item), last: !together(item, list[at + 1]) };
	});
}

function together(a: Entry | undefined, b: Entry | undefined): boolean {
	if (a?.type !== 'person' || b?.type !== 'person' || a.sender !== b.sender) return false;
	return Math.abs(Date.parse(b.at) - Date.parse(a.at)) < GROUP_MS;
}

/**
 * The state of one room as a pure function of what the server said. Replaying the events of a room gives the same
 * state as fetching it: both go through `merge`.
 */
import type { Card, Member, Message, Proposal } from '$lib/api/types';
import { isDurable, type DurableEvent, type RoomEphemeral, type RoomEvent, type TurnTool } from './protocol';

/** A reply that is being written. `length` counts code points of `text`, as offsets on the wire do. */
export interface Turn {
	id: string;
	attempt: number;
	text: string;
	length: number;
	tools: TurnTool[];
	notices: string[];
	ended: 'done' | 'stopped' | 'failed' | null;
	/** Number of the last message when it began, where that was seen: later ones wait for the next turn. */
	after: number | null;
}

export interface RoomState {
	readonly room: string;
	/** Sequence number of the last durable event that is contained. */
	readonly seq: number;
	/** Oldest first. */
	readonly messages: readonly Message[];
	readonly members: Readonly<Record<string, Member>>;
	/** Newest known state of every proposal that was seen here. */
	readonly proposals: Readonly<Record<string, Proposal>>;
	/** The turn that is running, or has ended and waits for its message. */
	readonly turn: Turn | null;
	/** When each person was last seen typing (milliseconds, from the caller's clock). */
	readonly typing: Readonly<Record<string, number>>;
	/** How far each person has read. */
	readonly receipts: Readonly<Record<string, number>>;
	readonly title: string | null;
	/** Why the state can't be continued by events: `reset` asks for a refetch, `gap` for a new subscription. */
	readonly broken: 'reset' | 'gap' | null;
}

export function emptyRoom(room: string): RoomState {
	return {
		room,
		seq: 0,
		messages: [],
		members: {},
		proposals: {},
		turn: null,
		typing: {},
		receipts: {},
		title: null,
		broken: null
	};
}

/** Applies events in order. Durable events that are already contained change nothing. */
export function reduce(state: RoomState, events: readonly RoomEvent[], now = 0): RoomState {
	return events.reduce((current, event) => (isDurable(event) ? durable(current, event) : ephemeral(current, event, now)), state);
}

function durable(state: RoomState, event: DurableEvent): RoomState {
	if (event.seq <= state.seq || state.broken) return state;
	if (event.seq > state.seq + 1) return { ...state, broken: 'gap' };
	return { ...effect(state, event), seq: event.seq };
}

function effect(state: RoomState, event: DurableEvent): RoomState {
	switch (event.type) {
		case 'message.created':
		case 'message.edited':
		case 'message.deleted':
			return settle(merge(state, [event.message]), event.message);
		case 'proposal.created':
		case 'proposal.resolved':
			return withProposals(state, [event.proposal]);
		case 'member.joined':
			return { ...state, members: { ...state.members, [event.member.user_id]: event.member } };
		case 'member.left':
			return { ...state, members: without(state.members, event.user_id) };
		case 'room.updated':
			return typeof event.changes.title === 'string' ? { ...state, title: event.changes.title } : state;
		default:
			return state;
	}
}

/** A message that ends a turn takes its place; one from a person ends that person's typing. */
function settle(state: RoomState, message: Message): RoomState {
	const turn = state.turn && message.turn_id === state.turn.id && message.kind === 'text' ? null : state.turn;
	const typing = message.sender_id && message.sender_id in state.typing ? without(state.typing, message.sender_id) : state.typing;
	return { ...state, turn, typing };
}

/** Adds or replaces messages, from events or from a page of history, keeping order. */
export function merge(state: RoomState, messages: readonly Message[]): RoomState {
	if (!messages.length) return state;
	const byId = new Map(state.messages.map((message) => [message.id, message]));
	for (const message of messages) byId.set(message.id, message);
	const ordered = [...byId.values()].sort((a, b) => a.no - b.no);
	const carried = messages.flatMap((message) => message.cards.filter(isProposal).map((card) => card.data as unknown as Proposal));
	return withProposals({ ...state, messages: ordered }, carried);
}

function isProposal(card: Card): boolean {
	return card.type === 'proposal';
}

/** A proposal is resolved once and for good: an older copy, on a card for instance, never reopens it. */
export function withProposals(state: RoomState, proposals: readonly Proposal[]): RoomState {
	if (!proposals.length) return state;
	const known = { ...state.proposals };
	for (const proposal of proposals) {
		const before = known[proposal.id];
		if (!before || before.status === 'open' || proposal.status !== 'open') known[proposal.id] = proposal;
	}
	return { ...state, proposals: known };
}

/** The answer to `subscribe`: what was missed follows, and the turn in flight, if there is one, from its beginning. */
export function subscribed(state: RoomState): RoomState {
	return { ...state, turn: null, broken: null };
}

function ephemeral(state: RoomState, event: RoomEphemeral, now: number): RoomState {
	switch (event.type) {
		case 'turn.started':
			return { ...state, turn: { ...newTurn(event.turn, event.attempt), after: state.turn?.id === event.turn ? state.turn.after : lastNo(state) } };
		case 'turn.delta':
			return delta(state, event.turn, event.offset, event.text);
		case 'turn.tool':
			return inTurn(state, event.turn, (turn) => ({ ...turn, tools: withTool(turn.tools, event) }));
		case 'turn.notice':
			return inTurn(state, event.turn, (turn) => ({ ...turn, notices: [...turn.notices, event.text] }));
		case 'turn.ended': {
			const stored = event.message_id && state.messages.some(({ id }) => id === event.message_id);
			return inTurn(state, event.turn, (turn) => (stored || !event.message_id ? null : { ...turn, ended: event.status }));
		}
		case 'typing':
			return { ...state, typing: { ...state.typing, [event.user_id]: now } };
		case 'receipt':
			return { ...state, receipts: { ...state.receipts, [event.user_id]: Math.max(event.seq, state.receipts[event.user_id] ?? 0) } };
		case 'reset':
			return { ...state, broken: 'reset' };
	}
}

function newTurn(id: string, attempt: number): Turn {
	return { id, attempt, text: '', length: 0, tools: [], notices: [], ended: null, after: null };
}

function lastNo(state: RoomState): number {
	return state.messages[state.messages.length - 1]?.no ?? 0;
}

/** Appends what is new of a delta; a hole in the text asks for a new subscription, whose answer brings the text so far. */
function delta(state: RoomState, id: string, offset: number, text: string): RoomState {
	const turn = state.turn?.id === id ? state.turn : offset === 0 ? newTurn(id, 1) : null;
	if (!turn || offset > turn.length) return { ...state, broken: state.broken ?? 'gap' };
	const points = Array.from(text);
	const fresh = points.slice(turn.length - offset);
	if (!fresh.length) return state;
	return { ...state, turn: { ...turn, text: turn.text + fresh.join(''), length: turn.length + fresh.length } };
}

function inTurn(state: RoomState, id: string, change: (turn: Turn) => Turn | null): RoomState {
	if (state.turn && state.turn.id !== id) return state;
	return { ...state, turn: change(state.turn ?? newTurn(id, 1)) };
}

function withTool(tools: readonly TurnTool[], event: TurnTool): TurnTool[] {
	const tool = { call: event.call, name: event.name, label: event.label, state: event.state, card: event.card };
	return tools.some(({ call }) => call === tool.call)
		? tools.map((known) => (known.call === tool.call ? { ...known, ...tool } : known))
		: [...tools, tool];
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
	const rest = { ...record };
	delete rest[key];
	return rest;
}

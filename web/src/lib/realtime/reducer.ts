/**
 * The state of one room as a pure function of what the server said. Replaying the events of a room gives the same
 * state as fetching it: both go through `merge`.
 */
import type { Branch, Card, Member, Message, Proposal } from '$lib/api/types';
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
	/** Oldest first, without a hole: the end of the conversation, or a stretch of its history (`newer`). */
	readonly messages: readonly Message[];
	/** Where the stretch of history goes on; null at the end, where new messages join it. */
	readonly newer: number | null;
	/** What was said while a stretch of history was looked at. */
	readonly held: readonly Message[];
	/** Messages of the thread that was last shown beside the conversation, wherever in the history they are. */
	readonly beside: readonly Message[];
	readonly members: Readonly<Record<string, Member>>;
	/** Who was here before: what they said keeps their name. */
	readonly former: Readonly<Record<string, Member>>;
	/** Newest known state of every proposal that was seen here. */
	readonly proposals: Readonly<Record<string, Proposal>>;
	/** The turn that is running, or has ended and waits for its message. */
	readonly turn: Turn | null;
	/** When each person was last seen typing (milliseconds, from the caller's clock). */
	readonly typing: Readonly<Record<string, number>>;
	/** Who is there now. */
	readonly online: Readonly<Record<string, true>>;
	/** How far each person has read. */
	readonly receipts: Readonly<Record<string, number>>;
	readonly title: string | null;
	/** The branch of the conversation that is shown, and all there are; see `chat/branches.ts`. */
	readonly branch: number;
	readonly branches: readonly Branch[];
	/** Why the state can't be continued by events: `reset` asks for a refetch, `gap` for a new subscription. */
	readonly broken: 'reset' | 'gap' | null;
}

export function emptyRoom(room: string): RoomState {
	return {
		room,
		seq: 0,
		messages: [],
		newer: null,
		held: [],
		beside: [],
		members: {},
		former: {},
		proposals: {},
		turn: null,
		typing: {},
		receipts: {},
		online: {},
		title: null,
		branch: 0,
		branches: [],
		broken: null
	};
}

/** Everyone whose words may stand here, whether or not they still do. */
export function everyone(state: RoomState): Readonly<Record<string, Member>> {
	return { ...state.former, ...state.members };
}

/** All messages that are in sight, in no order. */
export function sight(state: RoomState): Message[] {
	return [...state.messages, ...state.held, ...state.beside];
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
		case 'message.created': {
			const beside = withAnswer(state.beside, event.message);
			if (state.newer !== null) return settle(counted({ ...state, beside, held: [...state.held, event.message] }, [event.message]), event.message);
			return settle(merge({ ...state, beside }, [event.message]), event.message);
		}
		case 'message.edited':
		case 'message.deleted':
		case 'reaction.changed':
		case 'pin.changed':
			return replace(state, event.message);
		case 'proposal.created':
		case 'proposal.resolved':
			return withProposals(state, [event.proposal]);
		case 'member.joined':
		case 'member.updated':
			return { ...state, members: { ...state.members, [event.member.user_id]: event.member }, former: without(state.former, event.member.user_id) };
		case 'member.left': {
			const gone = state.members[event.user_id];
			return { ...state, members: without(state.members, event.user_id), former: gone ? { ...state.former, [event.user_id]: gone } : state.former };
		}
		case 'room.updated':
			return typeof event.changes.title === 'string' ? { ...state, title: event.changes.title } : state;
		case 'branch.selected':
			return withBranches(state, event.branch, event.branches);
		default:
			return state;
	}
}

function withBranches(state: RoomState, branch: number, changed: readonly Branch[]): RoomState {
	const fresh = new Set(changed.map(({ number }) => number));
	const branches = [...state.branches.filter(({ number }) => !fresh.has(number)), ...changed].sort((a, b) => a.number - b.number);
	return { ...state, branch, branches };
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
	for (const message of messages) byId.set(message.id, kept(message, byId.get(message.id)));
	const ordered = [...byId.values()].sort((a, b) => a.no - b.no);
	const carried = messages.flatMap((message) => message.cards.filter(isProposal).map((card) => card.data as unknown as Proposal));
	return withProposals(counted({ ...state, messages: ordered }, messages), carried);
}

/** A message as it is now, where it is in sight; what was scrolled past, or not yet read, comes with its page. */
function replace(state: RoomState, message: Message): RoomState {
	return change(state, message.id, (known) => kept(message, known));
}

/** Changes a message wherever it is in sight. */
export function change(state: RoomState, id: string, how: (message: Message) => Message): RoomState {
	return everywhere(state, (message) => (message.id === id ? how(message) : message));
}

function everywhere(state: RoomState, how: (message: Message) => Message): RoomState {
	return { ...state, messages: state.messages.map(how), held: state.held.map(how), beside: state.beside.map(how) };
}

/** A thread that is looked at goes on with every answer to it. */
function withAnswer(thread: readonly Message[], message: Message): readonly Message[] {
	const goesOn = message.thread_id !== null && thread.some(({ id }) => id === message.thread_id) && !thread.some(({ id }) => id === message.id);
	return goesOn ? [...thread, message] : thread;
}

/** A thread only grows: an older copy of its first message does not shorten it. */
function kept(message: Message, known: Message | undefined): Message {
	return known && known.reply_count > message.reply_count ? { ...message, reply_count: known.reply_count } : message;
}

/** An answer tells how long its thread is, so that no event of the first message has to. */
function counted(state: RoomState, answers: readonly Message[]): RoomState {
	const lengths = new Map<string, number>();
	for (const { thread_id, thread_no } of answers) {
		if (thread_id && thread_no) lengths.set(thread_id, Math.max(thread_no, lengths.get(thread_id) ?? 0));
	}
	if (!lengths.size) return state;
	const grown = (message: Message) => {
		const length = lengths.get(message.id) ?? 0;
		return length > message.reply_count ? { ...message, reply_count: length } : message;
	};
	return everywhere(state, grown);
}

/** A stretch of history in place of what is in sight; with `newer` null it is the end. */
export function showStretch(state: RoomState, messages: readonly Message[], newer: number | null): RoomState {
	const held = newer === null ? [] : state.newer === null ? [] : state.held;
	return merge({ ...state, messages: [], newer, held }, newer === null ? [...messages, ...state.held] : messages);
}

/** The stretch goes on; when it reaches the end, what was said meanwhile joins it. */
export function extendStretch(state: RoomState, messages: readonly Message[], newer: number | null): RoomState {
	if (newer !== null) return merge({ ...state, newer }, messages);
	return merge({ ...state, newer, held: [] }, [...messages, ...state.held]);
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
		case 'presence': {
			const away = new Set(event.offline);
			const before = event.all ? [] : Object.keys(state.online).filter((id) => !away.has(id));
			return { ...state, online: Object.fromEntries([...before, ...event.online].map((id) => [id, true as const])) };
		}
		case 'reset':
			return { ...state, broken: 'reset' };
		// What this client does not show (drafts of other devices) changes nothing here.
		default:
			return state;
	}
}

function newTurn(id: string, attempt: number): Turn {
	return { id, attempt, text: '', length: 0, tools: [], notices: [], ended: null, after: null };
}

function lastNo(state: RoomState): number {
	return (state.held.at(-1) ?? state.messages.at(-1))?.no ?? 0;
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

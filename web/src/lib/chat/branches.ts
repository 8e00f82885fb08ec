/** Versions of a conversation: which messages the branch in sight shows, and where else one can go. Pure functions. */
import type { Branch, Message } from '$lib/api/types';
import type { RoomState } from '$lib/realtime/reducer';

export interface Versions {
	/** From 1. */
	at: number;
	/** The branch to show for each version. */
	targets: number[];
}

const cut = (branch: Branch, of: number): number => (branch.path as Record<string, number>)[of] ?? -1;

function shows(branch: Branch, message: Pick<Message, 'branch' | 'seq'>): boolean {
	return message.branch === branch.number || message.seq <= cut(branch, message.branch);
}

const current = (state: RoomState): Branch | undefined => state.branches.find(({ number }) => number === state.branch);

/** The messages of the branch in sight, oldest first. */
export function shown(state: RoomState): readonly Message[] {
	const branch = current(state);
	return branch ? state.messages.filter((message) => shows(branch, message)) : state.messages;
}

function begins(branch: Branch, message: Message): boolean {
	if (branch.kind === 'edit') return branch.first_id === message.id;
	return branch.kind === 'answer' && message.kind === 'text' && branch.turn_id === message.turn_id;
}

/** The versions of a message, if there is more than one. */
export function versions(state: RoomState, message: Message): Versions | null {
	const own = state.branches.find((branch) => begins(branch, message));
	return of(state, own?.message_id ?? message.id, own?.number ?? null);
}

/** The branch in sight is to begin with an answer that never came: the versions of that answer. */
export function unanswered(state: RoomState): Versions | null {
	const branch = current(state);
	if (branch?.kind !== 'answer' || state.messages.some((message) => begins(branch, message))) return null;
	return of(state, branch.message_id ?? '', branch.number);
}

function of(state: RoomState, root: string, number: number | null): Versions | null {
	const others = state.branches.filter(({ message_id }) => message_id === root);
	const first = others[0];
	if (!first) return null;
	const targets = [newest(state, (branch) => showsRoot(branch, first))];
	for (const other of others) targets.push(newest(state, (branch) => branch.number === other.number || passes(branch, other)));
	return { at: number === null ? 1 : others.findIndex((other) => other.number === number) + 2, targets };
}

/** The first version lies in the branch that the others leave, right after their cut. */
function showsRoot(branch: Branch, other: Branch): boolean {
	const parent = Math.max(...Object.keys(other.path).map(Number));
	return branch.number === parent || cut(branch, parent) > cut(other, parent);
}

/** `other` has said something of its own that `branch` shows: it went on from there. */
function passes(branch: Branch, other: Branch): boolean {
	return cut(branch, other.number) > Math.max(...Object.values(other.path));
}

/** Where one was last, of all branches that show a version. */
function newest(state: RoomState, wanted: (branch: Branch) => boolean): number {
	const found = state.branches.filter(wanted).sort((a, b) => Date.parse(b.used_at) - Date.parse(a.used_at));
	return found[0]?.number ?? 0;
}

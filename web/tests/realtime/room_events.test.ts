import { describe, expect, it } from 'vitest';
import { emptyRoom, extendStretch, merge, reduce, showStretch, type RoomState } from '$lib/realtime/reducer';
import { readFileSync } from 'node:fs';
import { durable, message, proposal, ROOM } from './events';

const created = (seq: number, fields = {}) => durable(seq, 'message.created', { message: message(seq, fields) });
const member = { user_id: 'u9', name: 'Nina', role: 'member', account_role: 'user', avatar_url: null, is_demo: false, joined_at: '', read_seq: 0, online: false };
const ids = (state: RoomState) => state.messages.map(({ no }) => no);

/** What each durable event leaves behind; a new type has to find its place here. */
const EFFECTS: Record<string, [fields: Record<string, unknown>, seen: (state: RoomState) => unknown, expected: unknown]> = {
	'message.created': [{ message: message(3) }, ids, [1, 2, 3]],
	'message.edited': [{ message: message(1, { text: 'new' }) }, ({ messages }) => messages[0]?.text, 'new'],
	'message.deleted': [{ message: message(1, { text: '', deleted_at: 'now' }) }, ({ messages }) => messages[0]?.deleted_at, 'now'],
	'reaction.changed': [{ message: message(2, { reactions: [{ emoji: '👍', user_ids: ['u1'] }] }) }, ({ messages }) => messages[1]?.reactions.length, 1],
	'pin.changed': [{ message: message(2, { pinned_at: 'now' }) }, ({ messages }) => messages[1]?.pinned_at, 'now'],
	'member.joined': [{ member }, ({ members }) => members.u9?.name, 'Nina'],
	'member.updated': [{ member: { ...member, role: 'owner' } }, ({ members }) => members.u9?.role, 'owner'],
	'member.left': [{ user_id: 'u1' }, ({ members, former }) => [Object.keys(members), Object.keys(former)], [[], ['u1']]],
	'proposal.created': [{ proposal: proposal('open') }, ({ proposals }) => proposals.p1?.status, 'open'],
	'proposal.resolved': [{ proposal: proposal('confirmed') }, ({ proposals }) => proposals.p1?.status, 'confirmed'],
	'room.updated': [{ changes: { title: 'Ours' } }, ({ title }) => title, 'Ours'],
	'branch.selected': [{ branch: 1, branches: [] }, ({ branch }) => branch, 1]
};

describe('every durable event', () => {
	const start = { ...reduce(emptyRoom(ROOM), [created(1), created(2)]), members: { u1: { ...member, user_id: 'u1' } } };

	it.each(Object.entries(EFFECTS))('%s has its effect', (type, [fields, seen, expected]) => {
		const state = reduce(start, [durable(3, type, fields)]);
		expect(seen(state)).toEqual(expected);
		expect(state.seq).toBe(3);
	});

	it('of the protocol is among them', () => {
		const { schemas } = (JSON.parse(readFileSync('../docs/protocol.openapi.json', 'utf8')) as { components: { schemas: Record<string, { properties?: Record<string, { const?: string }> }> } }).components;
		const types = Object.values(schemas).flatMap(({ properties = {} }) => ('seq' in properties && 'at' in properties && !('preview' in properties) ? (properties.type?.const ?? []) : []));
		expect(types.sort()).toEqual(Object.keys(EFFECTS).sort());
	});
});

describe('a thread', () => {
	const answer = (seq: number, thread_no: number) => created(seq, { reply_to: 'm1', thread_id: 'm1', thread_no });

	it('is counted by its answers, live or replayed', () => {
		expect(reduce(emptyRoom(ROOM), [created(1), answer(2, 1), answer(3, 2)]).messages[0]?.reply_count).toBe(2);
		expect(reduce(emptyRoom(ROOM), [created(1, { reply_count: 2 }), answer(2, 1), answer(3, 2)]).messages[0]?.reply_count).toBe(2);
	});

	it('is not shortened by an older copy of its first message', () => {
		const state = reduce(emptyRoom(ROOM), [created(1), answer(2, 1)]);
		expect(merge(state, [message(1)]).messages[0]?.reply_count).toBe(1);
	});
});

describe('a stretch of history', () => {
	const live = reduce(emptyRoom(ROOM), Array.from({ length: 9 }, (_, n) => created(n + 1)));
	const old = showStretch(live, [message(2), message(3)], 3);

	it('stands in place of the end, and what is said meanwhile waits', () => {
		const later = reduce(old, [created(10), created(11)]);
		expect([ids(later), later.held.length, later.seq]).toEqual([[2, 3], 2, 11]);
	});

	it('goes on to the end, and what was said meanwhile joins it without a hole', () => {
		const later = extendStretch(reduce(old, [created(10)]), [message(4), message(5)], 5);
		expect(ids(later)).toEqual([2, 3, 4, 5]);
		const end = extendStretch(reduce(later, [created(11)]), [6, 7, 8, 9, 10].map((no) => message(no)), null);
		expect([ids(end), end.newer, end.held.length]).toEqual([[2, 3, 4, 5, 6, 7, 8, 9, 10, 11], null, 0]);
		expect(ids(reduce(end, [created(12)])).at(-1)).toBe(12);
	});

	it('gives way to the end when it is asked for', () => {
		const end = showStretch(reduce(old, [created(10)]), [message(8), message(9)], null);
		expect(ids(end)).toEqual([8, 9, 10]);
	});

	it('does not take in what is changed elsewhere', () => {
		expect(ids(reduce(old, [durable(10, 'message.edited', { message: message(7, { text: 'far away' }) })]))).toEqual([2, 3]);
	});
});

it('presence is the whole at first and changes afterwards', () => {
	const presence = (online: string[], offline: string[], all: boolean) => ({ type: 'presence', room: ROOM, online, offline, all }) as const;
	const state = reduce(emptyRoom(ROOM), [presence(['a', 'b'], [], true), presence(['c'], ['a'], false)]);
	expect(Object.keys(state.online).sort()).toEqual(['b', 'c']);
	expect(Object.keys(reduce(state, [presence(['a'], [], true)]).online)).toEqual(['a']);
});

import { describe, expect, it } from 'vitest';
import type { Branch, Member } from '$lib/api/types';
import { shown, versions } from '$lib/chat/branches';
import { entries, type AssistantEntry, type PersonEntry } from '$lib/chat/entries';
import { emptyRoom, merge, reduce, type RoomState } from '$lib/realtime/reducer';
import { fromFetched } from '$lib/realtime/sync';
import { durable, message, ROOM } from '../realtime/events';

const bot = { user_id: 'bot', name: 'bot', role: 'assistant', account_role: 'assistant', avatar_url: null, is_demo: false, joined_at: '', read_seq: 0 } as Member;
const branch = (number: number, fields: Partial<Branch>): Branch => ({
	number,
	kind: 'edit',
	message_id: null,
	first_id: null,
	turn_id: null,
	path: {},
	used_at: `2026-11-23T09:0${number}:00Z`,
	...fields
});
const start = branch(0, { kind: 'start' });
/** m1, its answer m2, m3, its answer m4; branch 1 puts m3 differently (m5, m6); branch 2 answers m6 again (m7). */
const edited = branch(1, { message_id: 'm3', first_id: 'm5', turn_id: 't5', path: { 0: 2 } });
const again = branch(2, { kind: 'answer', message_id: 'm6', turn_id: 't7', path: { 0: 2, 1: 5 } });
const messages = [
	message(1),
	message(2, { sender_id: 'bot', turn_id: 't1' }),
	message(3),
	message(4, { sender_id: 'bot', turn_id: 't3' }),
	message(5, { branch: 1 }),
	message(6, { branch: 1, sender_id: 'bot', turn_id: 't5' }),
	message(7, { branch: 2, sender_id: 'bot', turn_id: 't7' })
];
const room = (at: number, more: Partial<RoomState> = {}): RoomState =>
	merge({ ...emptyRoom(ROOM), members: { bot }, branch: at, branches: [start, edited, again], ...more }, messages);
const ids = (state: RoomState) => shown(state).map(({ id }) => id);
const find = (id: string) => messages.find((known) => known.id === id) as (typeof messages)[number];

describe('branches', () => {
	it('show what they began with and what is their own', () => {
		expect(ids(room(0))).toEqual(['m1', 'm2', 'm3', 'm4']);
		expect(ids(room(1))).toEqual(['m1', 'm2', 'm5', 'm6']);
		expect(ids(room(2))).toEqual(['m1', 'm2', 'm5', 'm7']);
	});

	it('count the versions of a message and lead to where one was last', () => {
		expect(versions(room(0), find('m3'))).toEqual({ at: 1, targets: [0, 2] });
		expect(versions(room(2), find('m5'))).toEqual({ at: 2, targets: [0, 2] });
		expect(versions(room(1), find('m6'))).toEqual({ at: 1, targets: [1, 2] });
		expect(versions(room(2), find('m7'))).toEqual({ at: 2, targets: [1, 2] });
		expect(versions(room(2), find('m1'))).toBeNull();
		const used = { ...edited, used_at: '2026-11-23T10:00:00Z' };
		expect(versions(room(0, { branches: [start, used, again] }), find('m3'))?.targets).toEqual([0, 1]);
	});

	it('replayed give the state that is fetched', () => {
		const replayed = reduce(merge({ ...emptyRoom(ROOM), members: { bot }, seq: 7 }, messages), [
			durable(8, 'branch.selected', { branch: 1, branches: [start, { ...edited, used_at: '' }] }),
			durable(9, 'branch.selected', { branch: 2, branches: [again] }),
			durable(10, 'branch.selected', { branch: 1, branches: [edited] })
		]);
		const fetched = fromFetched(ROOM, { seq: 10, title: 'Room', members: [bot], former: [], branch: 1, branches: [start, edited, again], messages });
		expect([replayed.branch, replayed.branches]).toEqual([fetched.branch, fetched.branches]);
		expect(ids(replayed)).toEqual(ids(fetched));
	});

	it('keep the versions in reach when the new answer was stopped before it began', () => {
		const stopped = merge({ ...room(2), messages: [] }, messages.slice(0, 6));
		const last = entries(stopped, [], { id: 'u1', zone: 'UTC', readSeq: null }).at(-1) as AssistantEntry;
		expect([last.status, last.versions]).toEqual(['stopped', { at: 2, targets: [1, 2] }]);
	});

	it('come with the entries', () => {
		const list = entries(room(1), [], { id: 'u1', zone: 'UTC', readSeq: null });
		const own = list.find((entry): entry is PersonEntry => entry.type === 'person' && entry.message === 'm5');
		expect(own?.versions?.at).toBe(2);
	});
});

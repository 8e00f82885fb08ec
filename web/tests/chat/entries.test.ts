import { describe, expect, it } from 'vitest';
import { entries, type AssistantEntry, type PersonEntry } from '$lib/chat/entries';
import { emptyRoom, merge, reduce, type RoomState } from '$lib/realtime/reducer';
import type { Member } from '$lib/api/types';
import { message, ROOM } from '../realtime/events';

const member = (user_id: string, account_role: string): Member => ({
	user_id,
	name: user_id,
	role: 'member',
	account_role,
	avatar_url: null,
	is_demo: false,
	joined_at: '',
	read_seq: 0,
	online: false
});
const viewer = { id: 'u1', zone: 'UTC', readSeq: null };
const room = (messages: Parameters<typeof merge>[1], more: Partial<RoomState> = {}): RoomState =>
	merge({ ...emptyRoom(ROOM), members: { u1: member('u1', 'user'), u2: member('u2', 'cto'), bot: member('bot', 'assistant') }, ...more }, messages);
const at = (minute: number) => `2026-11-23T09:${String(minute).padStart(2, '0')}:00.000Z`;
const people = (state: RoomState) => entries(state, [], viewer).filter((entry): entry is PersonEntry => entry.type === 'person');

describe('what a conversation shows', () => {
	it('groups messages of one person that follow within five minutes', () => {
		const shown = people(
			room([
				message(1, { created_at: at(0) }),
				message(2, { created_at: at(2) }),
				message(3, { created_at: at(9) }),
				message(4, { created_at: at(10), sender_id: 'u2' })
			])
		);
		expect(shown.map(({ first, last }) => [first, last])).toEqual([
			[true, false],
			[false, true],
			[true, true],
			[true, true]
		]);
	});

	it('starts each day with its date, in the zone of the person who reads', () => {
		const state = room([message(1, { created_at: '2026-11-23T23:30:00Z' }), message(2, { created_at: '2026-11-24T00:30:00Z' })]);
		const days = (zone: string) => entries(state, [], { ...viewer, zone }).filter(({ type }) => type === 'day').length;
		expect(days('UTC')).toBe(2);
		expect(days('America/New_York')).toBe(1);
	});

	it('puts one divider before the first message of others that was not read', () => {
		const state = room([message(1), message(2, { sender_id: 'u1' }), message(3, { sender_id: 'u2' }), message(4, { sender_id: 'u2' })]);
		const keys = entries(state, [], { ...viewer, readSeq: 1 }).map(({ key }) => key);
		expect(keys.filter((key) => key === 'unread')).toHaveLength(1);
		expect(keys.indexOf('unread')).toBe(keys.indexOf('c3') - 1);
		// Where a page or a stretch of history begins is not where reading had stopped.
		const stretch = room([message(30, { sender_id: 'u2' }), message(31, { sender_id: 'u2' })]);
		expect(entries(stretch, [], { ...viewer, readSeq: 10 }).map(({ key }) => key)).not.toContain('unread');
		const reached = merge(stretch, [message(10), message(11, { sender_id: 'u2' })]);
		const further = entries(reached, [], { ...viewer, readSeq: 10 }).map(({ key }) => key);
		expect(further.indexOf('unread')).toBe(further.indexOf('c11') - 1);
		// In a room that was just opened for the first time all is new.
		expect(entries(state, [], { ...viewer, readSeq: 0 }).map(({ key }) => key)).not.toContain('unread');
	});

	it('keeps the place of a reply when the running turn becomes its message', () => {
		const started = reduce(room([message(1)]), [{ type: 'turn.started', room: ROOM, turn: 't1', attempt: 1 }]);
		const stored = room([message(1), message(2, { sender_id: 'bot', turn_id: 't1', meta: { status: 'stopped' } })]);
		const before = entries(started, [], viewer).at(-1) as AssistantEntry;
		const after = entries(stored, [], viewer).at(-1) as AssistantEntry;
		expect(before.key).toBe(after.key);
		expect([before.status, after.status]).toEqual(['running', 'stopped']);
	});

	it('says of a message sent during a reply that it waits', () => {
		const running = reduce(room([message(1)]), [{ type: 'turn.started', room: ROOM, turn: 't1', attempt: 1 }]);
		expect(people(merge(running, [message(2)])).map(({ state }) => state)).toEqual(['sent', 'queued']);
	});

	it('shows what is on its way until the room has it', () => {
		const pending = [{ client_id: 'c2', room: ROOM, text: 'hello', created_at: at(1) }];
		const states = (state: RoomState) =>
			entries(state, pending, viewer)
				.filter((entry): entry is PersonEntry => entry.type === 'person')
				.map((entry) => entry.state);
		expect(states(room([message(1)]))).toEqual(['sent', 'sending']);
		expect(states(room([message(1), message(2)]))).toEqual(['sent', 'sent']);
	});
});

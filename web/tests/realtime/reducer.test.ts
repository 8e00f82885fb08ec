import { describe, expect, it } from 'vitest';
import { emptyRoom, merge, reduce, subscribed } from '$lib/realtime/reducer';
import { fromFetched } from '$lib/realtime/sync';
import { durable, message, proposal, ROOM } from './events';

const created = (seq: number, fields = {}) => durable(seq, 'message.created', { message: message(seq, fields) });

describe('durable events', () => {
	it('replayed give the state that is fetched', () => {
		const edited = message(1, { text: 'changed', edited_at: '2026-11-23T09:01:00.000Z' });
		const card = { type: 'proposal', data: proposal('open') as never };
		const replayed = reduce(emptyRoom(ROOM), [
			created(1),
			created(2, { cards: [card] }),
			durable(3, 'message.edited', { message: edited }),
			durable(4, 'proposal.resolved', { proposal: proposal('confirmed') })
		]);
		const fetched = fromFetched(ROOM, {
			seq: 4,
			title: 'Room',
			members: [],
			former: [],
			branch: 0,
			branches: [],
			messages: [edited, message(2, { cards: [{ type: 'proposal', data: proposal('confirmed') as never }] })]
		});
		expect(replayed.messages.map(({ id, text }) => [id, text])).toEqual(fetched.messages.map(({ id, text }) => [id, text]));
		expect(replayed.proposals).toEqual(fetched.proposals);
		expect(replayed.seq).toBe(fetched.seq);
	});

	it('applied twice change nothing', () => {
		const once = reduce(emptyRoom(ROOM), [created(1), created(2)]);
		expect(reduce(once, [created(1), created(2)])).toBe(once);
	});

	it('with a hole ask for a new subscription and are not applied', () => {
		const state = reduce(emptyRoom(ROOM), [created(1), created(3)]);
		expect(state.broken).toBe('gap');
		expect(state.messages).toHaveLength(1);
		const healed = reduce(subscribed(state), [created(2), created(3)]);
		expect(healed.messages.map(({ no }) => no)).toEqual([1, 2, 3]);
		expect(healed.broken).toBeNull();
	});

	it('keep order when older history is merged in', () => {
		const state = merge(reduce({ ...emptyRoom(ROOM), seq: 4 }, [created(5)]), [message(2), message(1)]);
		expect(state.messages.map(({ no }) => no)).toEqual([1, 2, 5]);
	});

	it('never reopen a resolved proposal by an older copy of it', () => {
		const state = reduce(emptyRoom(ROOM), [durable(1, 'proposal.resolved', { proposal: proposal('declined') })]);
		expect(merge(state, [message(2, { cards: [{ type: 'proposal', data: proposal('open') as never }] })]).proposals.p1?.status).toBe('declined');
	});
});

describe('a turn', () => {
	const started = { type: 'turn.started', room: ROOM, turn: 't1', attempt: 1 } as const;
	const delta = (offset: number, text: string) => ({ type: 'turn.delta', room: ROOM, turn: 't1', offset, text }) as const;

	it('grows by deltas whose offsets count code points', () => {
		const state = reduce(emptyRoom(ROOM), [started, delta(0, 'Hi 👋🏽'), delta(5, ' there')]);
		expect(state.turn?.text).toBe('Hi 👋🏽 there');
		expect(state.broken).toBeNull();
	});

	it('takes only the new part of an overlapping delta', () => {
		expect(reduce(emptyRoom(ROOM), [started, delta(0, 'abc'), delta(1, 'bcd')]).turn?.text).toBe('abcd');
	});

	it('asks for a new subscription when a delta is missing', () => {
		expect(reduce(emptyRoom(ROOM), [started, delta(0, 'ab'), delta(4, 'ef')]).broken).toBe('gap');
	});

	it('starts over with a new attempt', () => {
		const again = { ...started, attempt: 2 };
		expect(reduce(emptyRoom(ROOM), [started, delta(0, 'lost'), again, delta(0, 'kept')]).turn).toMatchObject({ attempt: 2, text: 'kept' });
	});

	it('is told from its beginning after a new subscription, and goes on', () => {
		const before = reduce(emptyRoom(ROOM), [started, delta(0, 'so')]);
		expect(reduce(subscribed(before), [started, delta(0, 'so far'), delta(6, ' so good')]).turn?.text).toBe('so far so good');
	});

	it('that ended while one was away is gone after a new subscription', () => {
		expect(subscribed(reduce(emptyRoom(ROOM), [started, delta(0, 'so')])).turn).toBeNull();
	});

	it('gives way to its message, whichever comes first', () => {
		const ended = { type: 'turn.ended', room: ROOM, turn: 't1', status: 'done', message_id: 'm1' } as const;
		const stored = created(1, { turn_id: 't1' });
		const begun = reduce(emptyRoom(ROOM), [started, delta(0, 'text')]);
		expect(reduce(begun, [ended]).turn?.ended).toBe('done');
		expect(reduce(begun, [ended, stored]).turn).toBeNull();
		expect(reduce(begun, [stored, ended]).turn).toBeNull();
	});

	it('follows its tools from start to end', () => {
		const tool = { type: 'turn.tool', room: ROOM, turn: 't1', call: 'c1', name: 'analyse', label: 'Analysing' } as const;
		const state = reduce(emptyRoom(ROOM), [started, { ...tool, state: 'started' }, { ...tool, state: 'done', card: { type: 'analysis', data: {} } }]);
		expect(state.turn?.tools).toEqual([{ call: 'c1', name: 'analyse', label: 'Analysing', state: 'done', card: { type: 'analysis', data: {} } }]);
	});
});

it('typing ends with the message of the person who typed', () => {
	const state = reduce(emptyRoom(ROOM), [{ type: 'typing', room: ROOM, user_id: 'u1' }], 1_000);
	expect(state.typing).toEqual({ u1: 1_000 });
	expect(reduce(state, [created(1)]).typing).toEqual({});
});

it('a receipt never goes back', () => {
	const receipt = (seq: number) => ({ type: 'receipt', room: ROOM, user_id: 'u2', seq }) as const;
	expect(reduce(emptyRoom(ROOM), [receipt(7), receipt(3)]).receipts).toEqual({ u2: 7 });
});

describe('a thread beside the conversation', () => {
	const root = message(1);
	const answer = message(2, { thread_id: root.id, thread_no: 1, reply_to: root.id });
	const shown = { ...emptyRoom(ROOM), seq: 99, messages: [message(99)], beside: [root, answer] };

	it('changes with its messages, which the conversation does not show', () => {
		const edited = { ...answer, text: 'put differently' };
		const state = reduce(shown, [durable(100, 'message.edited', { message: edited })]);
		expect(state.beside.map(({ text }) => text)).toEqual([root.text, 'put differently']);
		expect(state.messages.map(({ no }) => no)).toEqual([99]);
	});

	it('goes on with answers to it, and with no others', () => {
		const state = reduce(shown, [created(100, { thread_id: root.id, thread_no: 2 }), created(101), created(102, { thread_id: message(50).id, thread_no: 1 })]);
		expect(state.beside.map(({ no }) => no)).toEqual([1, 2, 100]);
		expect(state.beside[0]?.reply_count).toBe(2);
	});
});

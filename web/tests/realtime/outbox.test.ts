import type { Message } from '$lib/api/types';
import { CommandError } from '$lib/realtime/connection';
import { Outbox, type Pending } from '$lib/realtime/outbox';
import type { Ack } from '$lib/realtime/protocol';
import { describe, expect, it, vi } from 'vitest';

function memory() {
	const items = new Map<string, string>();
	return {
		getItem: (key: string) => items.get(key) ?? null,
		setItem: (key: string, value: string) => void items.set(key, value),
		texts: () => (JSON.parse(items.get('outbox') ?? '[]') as Pending[]).map(({ text }) => text)
	};
}

function outbox(storage: ReturnType<typeof memory>, send: (text: string) => Promise<void>, state: 'open' | 'waiting' = 'open') {
	const connection = {
		state,
		send: async (command: object, onAck?: (ack: Ack) => void) => {
			await send((command as { text: string }).text);
			const ack = { type: 'ack', id: '1', message: {} as Message } as unknown as Ack;
			onAck?.(ack);
			return ack;
		}
	};
	return { connection, box: new Outbox({ connection, storage, key: 'outbox', onChange: () => undefined, onStored: () => undefined, newId: () => crypto.randomUUID(), retryAfter: 1 }) };
}

describe('what waits to be sent', () => {
	it('is taken over from a tab that was closed, and sent before what is newer', async () => {
		const storage = memory();
		const sent: string[] = [];
		const send = async (text: string) => void sent.push(text);
		const here = outbox(storage, send, 'waiting');
		const closed = outbox(storage, send, 'waiting');
		vi.useFakeTimers({ now: new Date('2026-11-26T10:00:00Z') });
		try {
			closed.box.add('room', 'left behind');
			vi.setSystemTime(new Date('2026-11-26T10:10:00Z'));
			here.box.add('room', 'said here');
			here.box.adopt();
		} finally {
			vi.useRealTimers();
		}
		here.connection.state = 'open';
		await here.box.flush();
		expect(sent).toEqual(['left behind', 'said here']);
		expect(storage.texts()).toEqual([]);
	});

	it('is sent for nobody else: of whoever is not here any more it stays in storage', async () => {
		const storage = memory();
		const sent: string[] = [];
		const one = outbox(storage, async (text) => void sent.push(text), 'waiting');
		one.box.add('room', 'of somebody');
		one.box.close();
		one.connection.state = 'open';
		await one.box.flush();
		expect(sent).toEqual([]);
		expect(storage.texts()).toEqual(['of somebody']);
	});

	it('outlives another tab that keeps its own in the same place', async () => {
		const storage = memory();
		const nothing = async () => undefined;
		const one = outbox(storage, nothing, 'waiting');
		const other = outbox(storage, nothing, 'waiting');
		one.box.add('room', 'from one tab');
		other.box.add('room', 'from another');
		expect(storage.texts()).toEqual(['from one tab', 'from another']);
		other.connection.state = 'open';
		await other.box.flush();
		expect(storage.texts()).toEqual(['from one tab']);
		const said: string[] = [];
		await outbox(storage, async (text) => void said.push(text)).box.flush();
		expect(said).toEqual(['from one tab']);
		expect(storage.texts()).toEqual([]);
	});

	it.each(['vendor_unavailable', 'internal', 'rate_limited'])('is sent again by itself after %s', async (code) => {
		let refusals = 2;
		const said: string[] = [];
		const { box } = outbox(memory(), async (text) => {
			if (refusals-- > 0) throw new CommandError(code, 'Send it again.');
			said.push(text);
		});
		box.add('room', 'hello');
		await vi.waitFor(() => expect(said).toEqual(['hello']));
	});

	it('waits for the person after a refusal that stays', async () => {
		const storage = memory();
		const { box } = outbox(storage, () => Promise.reject(new CommandError('cannot_send', 'You cannot write to this person.')));
		box.add('room', 'hello');
		await vi.waitFor(() => expect(storage.texts()).toEqual(['hello']));
		await box.flush();
		expect((JSON.parse(storage.getItem('outbox') ?? '[]') as Pending[])[0]?.failed).toBe('You cannot write to this person.');
	});
});

import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Backoff } from '$lib/realtime/backoff';
import { CommandError, Connection, Disconnected, type ConnectionOptions, type ConnectionState } from '$lib/realtime/connection';
import { Outbox, type Pending } from '$lib/realtime/outbox';
import { RoomSync } from '$lib/realtime/sync';
import type { RoomState } from '$lib/realtime/reducer';
import { ack, listen, until } from './server';
import { durable, message, ROOM } from './events';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(...args: Parameters<typeof listen>) {
	const server = await listen(...args);
	cleanups.push(server.close);
	return server;
}

function connect(url: string, options: Partial<ConnectionOptions> = {}) {
	const states: ConnectionState[] = [];
	const connection = new Connection({
		url,
		backoff: new Backoff(5, 20),
		socket: (to, protocol) => new WebSocket(to, protocol) as never,
		...options,
		onState: (state) => {
			states.push(state);
			options.onState?.(state);
		}
	});
	cleanups.push(() => connection.close());
	connection.open();
	return { connection, states };
}

const opened = (connection: Connection) => until(() => connection.state === 'open');

describe('a connection', () => {
	it('matches answers with commands, in any order', async () => {
		const held: Parameters<typeof ack>[] = [];
		const server = await serve((frame, socket) => {
			held.push([socket, frame, { room: frame.room }]);
			if (held.length === 2) held.reverse().forEach((args) => ack(...args));
		});
		const { connection } = connect(server.url);
		await opened(connection);
		const answers = await Promise.all([
			connection.send({ type: 'typing', room: 'a' }),
			connection.send({ type: 'typing', room: 'b' })
		]);
		expect(answers.map(({ room }) => room)).toEqual(['a', 'b']);
	});

	it('turns error frames into errors with their code and fields', async () => {
		const server = await serve((frame, socket) => socket.send(JSON.stringify({ type: 'error', id: frame.id, code: 'not_found', message: 'No such room', room: 'x' })));
		const { connection } = connect(server.url);
		await opened(connection);
		const error = await connection.send({ type: 'typing', room: 'x' }).catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(CommandError);
		expect(error).toMatchObject({ code: 'not_found', message: 'No such room', fields: { room: 'x' } });
	});

	it('comes back after a cut and rejects what was waiting for an answer', async () => {
		const server = await serve(() => undefined);
		const { connection, states } = connect(server.url);
		await opened(connection);
		const lost = connection.send({ type: 'ping' });
		server.cut();
		await expect(lost).rejects.toBeInstanceOf(Disconnected);
		await opened(connection);
		expect(server.connections()).toBe(2);
		expect(states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
	});

	it('stays closed when the session has ended', async () => {
		let ended = 0;
		const server = await serve(() => undefined);
		const { connection } = connect(server.url, { onUnauthenticated: () => (ended += 1) });
		await opened(connection);
		server.end(4001);
		await until(() => ended === 1);
		expect(connection.state).toBe('idle');
		expect(server.connections()).toBe(1);
	});

	it('pings a quiet server and gives up one that does not answer', async () => {
		const server = await serve(() => undefined);
		const { connection } = connect(server.url, { heartbeat: 25 });
		await until(() => server.connections() === 2);
		expect(server.received.map(({ type }) => type)).toContain('ping');
		await opened(connection);
	});

	it('gives up a socket that says nothing after the device has woken up, long before its heartbeat would', async () => {
		const server = await serve(() => undefined);
		const { connection } = connect(server.url, { heartbeat: 60_000, patience: 20 });
		await opened(connection);
		connection.probe();
		await until(() => server.connections() === 2);
		await opened(connection);
	});

	it('doubts a socket on which commands are answered by nothing, however many follow', async () => {
		const server = await serve(() => undefined);
		const { connection } = connect(server.url, { heartbeat: 60_000, patience: 20 });
		await opened(connection);
		const typing = setInterval(() => connection.send({ type: 'typing', room: 'a' }).catch(() => undefined), 5);
		cleanups.push(() => clearInterval(typing));
		await until(() => server.connections() === 2);
	});

	it('waits longer after every failure, within bounds, and starts anew after success', () => {
		const backoff = new Backoff(100, 1_000, () => 1);
		expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
		backoff.reset();
		expect(backoff.next()).toBe(100);
		expect(new Backoff(100, 1_000, () => 0).next()).toBe(10);
		expect(backoff.next(5_000)).toBe(5_000);
	});
});

describe('a followed room', () => {
	function follow(url: string, fetched: () => { seq: number; messages: ReturnType<typeof message>[] }) {
		let state: RoomState | null = null;
		const { connection } = connect(url, {
			onState: (now) => now === 'open' && sync.resume(),
			onEvents: (events) => sync.receive(events)
		});
		const sync = new RoomSync({
			connection,
			fetchRoom: async () => ({ title: 'Room', members: [], former: [], branch: 0, branches: [], ...fetched() }),
			onChange: (next) => (state = next)
		});
		sync.watch(ROOM);
		return { sync, texts: () => state?.messages.map(({ text }) => text) ?? [], state: () => state };
	}

	it('resumes after the last event it has seen, with no gap and no duplicate', async () => {
		const log = [1, 2, 3, 4, 5].map((seq) => durable(seq, 'message.created', { message: message(seq) }) as { seq: number });
		let known = 2;
		const server = await serve((frame, socket) => {
			const after = Number(frame.after_seq);
			const replay = log.filter(({ seq }) => seq > after && seq <= known);
			socket.send([{ type: 'ack', id: frame.id, room: ROOM, seq: known }, ...replay].map((item) => JSON.stringify(item)).join('\n'));
		});
		const { texts } = follow(server.url, () => ({ seq: 1, messages: [message(1)] }));
		await until(() => texts().length === 2);
		known = 5;
		server.cut();
		await until(() => texts().length === 5);
		expect(texts()).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'text 5']);
		expect(server.received.map(({ after_seq }) => after_seq)).toEqual([1, 2]);
	});

	it('subscribes again when an event was missed', async () => {
		const server = await serve((frame, socket) => {
			const replay = Number(frame.after_seq) === 1 && server.received.length > 1 ? [2, 3] : [];
			socket.send(
				[{ type: 'ack', id: frame.id, room: ROOM }, ...replay.map((seq) => durable(seq, 'message.created', { message: message(seq) }))]
					.map((item) => JSON.stringify(item))
					.join('\n')
			);
		});
		const { texts } = follow(server.url, () => ({ seq: 1, messages: [message(1)] }));
		await until(() => server.received.length === 1);
		server.broadcast(durable(3, 'message.created', { message: message(3) }));
		await until(() => texts().length === 3);
		expect(texts()).toEqual(['text 1', 'text 2', 'text 3']);
	});

	it('fetches again on reset', async () => {
		let fetches = 0;
		const server = await serve((frame, socket) => ack(socket, frame, { room: ROOM }));
		const { texts } = follow(server.url, () => ((fetches += 1), { seq: fetches * 10, messages: [message(fetches * 10)] }));
		await until(() => server.received.length === 1);
		server.broadcast({ type: 'reset', room: ROOM, seq: 20 });
		await until(() => server.received.length === 2);
		expect(texts()).toEqual(['text 20']);
		expect(server.received[1]?.after_seq).toBe(20);
	});
});

describe('the outbox', () => {
	function outbox(connection: Connection, stored: string[], storage = new Map<string, string>()) {
		let pending: readonly Pending[] = [];
		const box = new Outbox({
			connection,
			storage: { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => void storage.set(key, value) },
			key: 'outbox',
			onChange: (next) => (pending = next),
			onStored: (_, { text }) => stored.push(text),
			retryAfter: 5
		});
		return { box, pending: () => pending, storage };
	}

	const store = (frame: Record<string, unknown>) => ({ message: message(1, { text: String(frame.text), client_id: String(frame.client_id) }) });

	it('keeps what is written offline, over a reload, and sends it in order once connected', async () => {
		const server = await serve((frame, socket) => ack(socket, frame, store(frame)));
		const offline = new Connection({ url: server.url });
		const before = outbox(offline, []);
		before.box.add(ROOM, 'first');
		before.box.add(ROOM, 'second');
		const stored: string[] = [];
		const { connection } = connect(server.url);
		const after = outbox(connection, stored, before.storage);
		expect(after.pending().map(({ text }) => text)).toEqual(['first', 'second']);
		await opened(connection);
		await after.box.flush();
		expect(stored).toEqual(['first', 'second']);
		expect(after.pending()).toEqual([]);
	});

	it('repeats a send whose answer was lost under the same client_id', async () => {
		let seen = 0;
		const server = await serve((frame, socket) => {
			seen += 1;
			if (seen === 1) socket.terminate();
			else ack(socket, frame, store(frame));
		});
		const stored: string[] = [];
		const { connection } = connect(server.url, { onState: (state) => state === 'open' && void box?.flush() });
		const { box, pending } = outbox(connection, stored);
		await opened(connection);
		box.add(ROOM, 'once');
		await until(() => stored.length === 1);
		expect(pending()).toEqual([]);
		expect(new Set(server.received.map(({ client_id }) => client_id)).size).toBe(1);
	});

	it('keeps a refused message for a second try and goes on with the next', async () => {
		const server = await serve((frame, socket) => {
			if (frame.text === 'bad') socket.send(JSON.stringify({ type: 'error', id: frame.id, code: 'invalid', message: 'Too long' }));
			else ack(socket, frame, store(frame));
		});
		const stored: string[] = [];
		const { connection } = connect(server.url);
		await opened(connection);
		const { box, pending } = outbox(connection, stored);
		const bad = box.add(ROOM, 'bad');
		box.add(ROOM, 'good');
		await until(() => stored.length === 1);
		expect(pending()).toMatchObject([{ text: 'bad', failed: 'Too long' }]);
		box.discard(bad.client_id);
		expect(pending()).toEqual([]);
	});
});

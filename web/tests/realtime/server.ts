import { WebSocketServer, type WebSocket as Socket } from 'ws';
import type { AddressInfo } from 'node:net';

type Frame = Record<string, unknown> & { type: string; id?: string };

/** A real WebSocket server on a free port, answering commands by the given handler. */
export async function listen(handle: (frame: Frame, socket: Socket) => void, options: { heartbeat?: number } = {}) {
	const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: (offered) => [...offered][0] ?? false });
	await new Promise((resolve) => server.once('listening', resolve));
	const received: Frame[] = [];
	let connections = 0;
	server.on('connection', (socket) => {
		connections += 1;
		socket.send(
			JSON.stringify({ type: 'welcome', protocol: 1, user: { id: 'u1', name: 'Ada', role: 'user' }, heartbeat_seconds: options.heartbeat ?? 25 })
		);
		socket.on('message', (data) => {
			const frame = JSON.parse(String(data)) as Frame;
			received.push(frame);
			handle(frame, socket);
		});
	});
	return {
		url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
		received,
		connections: () => connections,
		broadcast: (...frames: unknown[]) => server.clients.forEach((socket) => socket.send(frames.map((frame) => JSON.stringify(frame)).join('\n'))),
		cut: () => server.clients.forEach((socket) => socket.terminate()),
		end: (code: number) => server.clients.forEach((socket) => socket.close(code)),
		close: () =>
			new Promise<void>((resolve) => {
				server.clients.forEach((socket) => socket.terminate());
				server.close(() => resolve());
			})
	};
}

export const ack = (socket: Socket, frame: Frame, fields: Record<string, unknown> = {}) =>
	socket.send(JSON.stringify({ type: 'ack', id: frame.id, ...fields }));

/** Resolves once `check` holds; fails after two seconds. */
export async function until(check: () => boolean): Promise<void> {
	const deadline = Date.now() + 2_000;
	while (!check()) {
		if (Date.now() > deadline) throw new Error('the condition was never met');
		await new Promise((resolve) => setTimeout(resolve, 2));
	}
}

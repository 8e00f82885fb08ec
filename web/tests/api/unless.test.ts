import { unless } from '$lib/api/files';
import { describe, expect, it } from 'vitest';

/** A signal, and how many listen to it now. */
function counted() {
	const { signal } = new AbortController();
	const listeners = new Set<unknown>();
	const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
	signal.addEventListener = ((type: string, listener: EventListener, options?: AddEventListenerOptions) => {
		listeners.add(listener);
		add(type, listener, options);
	}) as typeof signal.addEventListener;
	signal.removeEventListener = ((type: string, listener: EventListener) => {
		listeners.delete(listener);
		remove(type, listener);
	}) as typeof signal.removeEventListener;
	return { signal, listeners };
}

describe('work that a signal can stop', () => {
	it('leaves nobody listening to the signal once it is done or has failed', async () => {
		const { signal, listeners } = counted();
		for (let look = 0; look < 20; look++) {
			const work = unless(signal, Promise.resolve(look));
			expect(listeners.size).toBe(1);
			expect(await work).toBe(look);
			expect(listeners.size).toBe(0);
		}
		await expect(unless(signal, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
		expect(listeners.size).toBe(0);
	});

	it('is given up with the reason of the signal, before or while it is waited for', async () => {
		const controller = new AbortController();
		const { signal } = controller;
		const never = new Promise<never>(() => undefined);
		const waiting = unless(signal, never);
		controller.abort(new Error('taken out'));
		await expect(waiting).rejects.toThrow('taken out');
		await expect(unless(signal, never)).rejects.toThrow('taken out');
		await expect(unless(signal, Promise.resolve('too late'))).rejects.toThrow('taken out');
	});
});

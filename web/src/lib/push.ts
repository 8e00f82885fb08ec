/** Push messages in this browser: whether there are any, and turning them on and off. */
import { addPushDevice, removePushDevice } from '$lib/api/notifications';

const WORKER = '/push-worker.js';

export type PushProblem = 'denied' | 'failed';

export const pushSupported = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

export const pushDenied = (): boolean => pushSupported() && Notification.permission === 'denied';

/** Asks for permission, subscribes and tells the server. Gives what stood in the way; errors of the server are thrown. */
export async function turnPushOn(key: string): Promise<PushProblem | null> {
	if ((await Notification.requestPermission()) !== 'granted') return 'denied';
	let subscription: PushSubscription;
	try {
		await navigator.serviceWorker.register(WORKER);
		const { pushManager } = await navigator.serviceWorker.ready;
		// A subscription under another key of the service would never be served.
		await (await pushManager.getSubscription())?.unsubscribe();
		subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
	} catch {
		return 'failed';
	}
	await addPushDevice(subscription);
	return null;
}

export async function turnPushOff(id: string): Promise<void> {
	await removePushDevice(id);
	const registration = await navigator.serviceWorker.getRegistration(WORKER);
	await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

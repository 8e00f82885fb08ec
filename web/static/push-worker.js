/* Shows push messages while no window of the app is in sight, and opens what they are about. */
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
	const line = event.data?.json();
	if (line) event.waitUntil(show(line));
});

async function show({ title, body, path, tag, unread }) {
	const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
	// The page in sight shows the same line itself.
	if (windows.some(({ visibilityState, focused }) => visibilityState === 'visible' && focused)) return;
	await self.registration.showNotification(title, { body, tag, renotify: true, icon: '/favicon.svg', data: { path } });
	await self.navigator.setAppBadge?.(unread).catch(() => undefined);
}

self.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(open(String(event.notification.data?.path ?? '/')));
});

async function open(path) {
	const url = new URL(path.startsWith('/') && !path.startsWith('//') ? path : '/', self.location.origin).href;
	const [window] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
	if (!window) return void (await self.clients.openWindow(url));
	await window.focus();
	await window.navigate(url).catch(() => self.clients.openWindow(url));
}

// A browser may change its address by itself.
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(event.oldSubscription?.options)));

async function renew(options) {
	if (!options) return;
	const fresh = await self.registration.pushManager.subscribe(options);
	const { endpoint, keys } = fresh.toJSON();
	await fetch('/api/v1/notifications/devices', {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ endpoint, keys })
	});
}

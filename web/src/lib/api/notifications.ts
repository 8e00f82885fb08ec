import { api, read } from './client';
import type { MailState, Notification, NotificationChoice, NotificationPage, PushState, Unsubscription } from './types';

const V1 = '/api/v1';

export type Channel = 'in_app' | 'email' | 'push';

export const listNotifications = async (cursor?: string) =>
	(await read(api.GET(`${V1}/notifications`, { params: { query: { cursor, limit: 20 } } }))) as NotificationPage;

/** Marks these lines as read, or all. Gives how many are unread then. */
export const markNotifications = async (ids?: Notification['id'][]) =>
	(await read(api.POST(`${V1}/notifications/read`, { body: { ids: ids ?? null } }))).unread;

export const listChoices = async () => (await read(api.GET(`${V1}/notifications/choices`))).items as NotificationChoice[];

export const changeChoice = async (kind: NotificationChoice['kind'], channel: Channel, on: boolean) =>
	(await read(api.PATCH(`${V1}/notifications/choices/{kind}`, { params: { path: { kind } }, body: { [channel]: on } }))) as NotificationChoice;

export const readMailState = async () => (await read(api.GET(`${V1}/me/mail`))) as MailState;

export const askToConfirmAddress = () => read(api.POST(`${V1}/me/mail/confirmation`));

export const confirmAddress = (token: string) => read(api.POST(`${V1}/mail/confirmations`, { body: { token } }));

/** What a mail's link would end. */
export const readUnsubscription = async (token: string) => (await read(api.POST(`${V1}/mail/unsubscriptions/preview`, { body: { token } }))) as Unsubscription;

export const unsubscribe = async (token: string) => (await read(api.POST(`${V1}/mail/unsubscriptions`, { body: { token } }))) as NotificationChoice;

export const readPushState = async () => (await read(api.GET(`${V1}/notifications/devices`))) as PushState;

export async function addPushDevice(subscription: PushSubscription): Promise<void> {
	const { endpoint, keys } = subscription.toJSON();
	await read(api.POST(`${V1}/notifications/devices`, { body: { endpoint: endpoint ?? '', keys: { p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' } } }));
}

export const removePushDevice = (id: string) =>
	read(api.DELETE(`${V1}/notifications/devices/{subscription_id}`, { params: { path: { subscription_id: id } } }));

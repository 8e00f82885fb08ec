import { api, read } from './client';
import type { Feedback, QuotaRead } from './types';

const V1 = '/api/v1';
const message = (id: string) => ({ params: { path: { message_id: id } } });

export const readQuota = async () => (await read(api.GET(`${V1}/assistant/quota`))) as QuotaRead;

export const readFeedback = async (room: string) =>
	(await read(api.GET(`${V1}/rooms/{room_id}/feedback`, { params: { path: { room_id: room } } }))) as Feedback[];

export const giveFeedback = async (id: string, rating: 'up' | 'down', comment: string) =>
	(await read(api.PUT(`${V1}/messages/{message_id}/feedback`, { ...message(id), body: { rating, comment } }))) as Feedback;

export const withdrawFeedback = (id: string) => read(api.DELETE(`${V1}/messages/{message_id}/feedback`, message(id)));

/** Help from the operators. */
import { api, read } from './client';
import type { Room, SupportRoom } from './types';

const V1 = '/api/v1';

export const openSupport = async () => (await read(api.POST(`${V1}/support`))) as Room;
export const listSupport = async (cursor?: string) => (await read(api.GET(`${V1}/admin/support`, { params: { query: { cursor } } }))) as { items: SupportRoom[]; next_cursor: string | null };
export const enterSupport = async (room_id: string) => (await read(api.POST(`${V1}/admin/support/{room_id}/entry`, { params: { path: { room_id } } }))) as Room;

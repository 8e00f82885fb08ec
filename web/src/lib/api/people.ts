/** Who comes and goes in rooms, and what is done to single messages beyond the realtime commands. */
import { api, read } from './client';
import type { Found, Invitation, InvitationPreview, Message, Room } from './types';

const V1 = '/api/v1';
const room = (room_id: string) => ({ params: { path: { room_id } } });
const message = (room_id: string, message_id: string) => ({ params: { path: { room_id, message_id } } });
const member = (room_id: string, user_id: string) => ({ params: { path: { room_id, user_id } } });

export const createProjectRoom = async (title: string) => (await read(api.POST(`${V1}/rooms`, { body: { title, kind: 'project' } }))) as Room;
export const openDirect = async (user_id: string) => (await read(api.POST(`${V1}/rooms/direct`, { body: { user_id } }))) as Room;
export const renameRoom = async (id: string, title: string) => (await read(api.PATCH(`${V1}/rooms/{room_id}`, { ...room(id), body: { title } }))) as Room;
export const changeSettings = async (id: string, body: { notify?: Room['notify']; archived?: boolean }) =>
	(await read(api.PATCH(`${V1}/rooms/{room_id}/settings`, { ...room(id), body }))) as Room;
export const leaveRoom = (id: string) => read(api.POST(`${V1}/rooms/{room_id}/leave`, room(id)));
export const changeRole = (id: string, user: string, role: 'owner' | 'member') =>
	read(api.PATCH(`${V1}/rooms/{room_id}/members/{user_id}`, { ...member(id, user), body: { role } }));
export const removeMember = (id: string, user: string) => read(api.DELETE(`${V1}/rooms/{room_id}/members/{user_id}`, member(id, user)));

export const listInvitations = async (id: string) => (await read(api.GET(`${V1}/rooms/{room_id}/invitations`, room(id)))) as Invitation[];
export const invite = async (id: string, body: { email?: string; max_uses?: number; days?: number }) =>
	(await read(api.POST(`${V1}/rooms/{room_id}/invitations`, { ...room(id), body: body as never }))) as Invitation & { link: string | null };
export const revokeInvitation = (id: string, invitation_id: string) =>
	read(api.DELETE(`${V1}/rooms/{room_id}/invitations/{invitation_id}`, { params: { path: { room_id: id, invitation_id } } }));
export const previewInvitation = async (token: string) => (await read(api.POST(`${V1}/invitations/preview`, { body: { token } }))) as InvitationPreview;
export const acceptInvitation = async (token: string) => (await read(api.POST(`${V1}/invitations/accept`, { body: { token } }))) as Room;

export const listBlocks = () => read(api.GET(`${V1}/blocks`));
export const block = (user_id: string) => read(api.PUT(`${V1}/blocks/{user_id}`, { params: { path: { user_id } } }));
export const unblock = (user_id: string) => read(api.DELETE(`${V1}/blocks/{user_id}`, { params: { path: { user_id } } }));
export const report = (body: { room_id: string; user_id: string; message_id?: string; reason: 'spam' | 'harassment' | 'scam' | 'inappropriate' | 'other'; text: string }) =>
	read(api.POST(`${V1}/reports`, { body }));

export const listPins = async (id: string) => (await read(api.GET(`${V1}/rooms/{room_id}/pins`, room(id)))) as Message[];
export const readMessage = async (id: string, at: string) => (await read(api.GET(`${V1}/rooms/{room_id}/messages/{message_id}`, message(id, at)))) as Message;
export const readThread = async (id: string, root: string, after_no = 0) =>
	(await read(
		api.GET(`${V1}/rooms/{room_id}/messages/{message_id}/thread`, { params: { ...message(id, root).params, query: { after_no } } })
	)) as { items: Message[]; newer: number | null };
export const readVersions = async (id: string, at: string) => read(api.GET(`${V1}/rooms/{room_id}/messages/{message_id}/edits`, message(id, at)));
export const readDraft = async (id: string) => read(api.GET(`${V1}/rooms/{room_id}/draft`, room(id)));

export const searchMessages = async (q: string, room_id?: string, cursor?: string) =>
	(await read(api.GET(`${V1}/messages/search`, { params: { query: { q, room_id, cursor } } }))) as { items: Found[]; next_cursor: string | null };

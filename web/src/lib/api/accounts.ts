import { request } from './request';
import type { User } from './types';

export const me = () => request<User>('GET', '/me');

export const startGuest = async (timezone: string) => (await request<{ user: User }>('POST', '/guest-sessions', { timezone })).user;

export const signUp = async (data: { email: string; password: string; name: string; timezone: string }) =>
	(await request<{ user: User }>('POST', '/accounts', data)).user;

export const signIn = async (data: { email: string; password: string }) => (await request<{ user: User }>('POST', '/sessions', data)).user;

export const signOut = () => request<void>('DELETE', '/sessions/current');

export const updateMe = (data: { name?: string; timezone?: string }) => request<User>('PATCH', '/me', data);

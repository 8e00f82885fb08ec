import { request } from './request';
import type { User } from './types';

export const me = () => request<User>('GET', '/me');

export const startGuest = async (timezone: string) => (await request<{ user: User }>('POST', '/guest-sessions', { timezone })).user;

export const signUp = async (data: { email: string; password: string; name: string; timezone: string }) =>
	(await request<{ user: User }>('POST', '/accounts', data)).user;

/** The password fits, and the account asks for a code as well. */
export interface Challenge {
	challenge: string;
}

export async function signIn(data: { email: string; password: string }): Promise<User | Challenge> {
	const answer = await request<{ user: User } | Challenge>('POST', '/sessions', data);
	return 'user' in answer ? answer.user : answer;
}

export const finishSignIn = async (data: { challenge: string; code: string }) =>
	(await request<{ user: User }>('POST', '/sessions/second-factor', data)).user;

export const signOut = () => request<void>('DELETE', '/sessions/current');

export const updateMe = (data: { name?: string; timezone?: string }) => request<User>('PATCH', '/me', data);

import { api, read } from './client';
import type { User } from './types';

const V1 = '/api/v1';

/** The password fits, and the account asks for a code as well. */
export interface Challenge {
	challenge: string;
}

export const me = async () => (await read(api.GET(`${V1}/me`))) as User;

export const startGuest = async (timezone: string) =>
	(await read(api.POST(`${V1}/guest-sessions`, { body: { timezone, locale: 'en' } }))).user as User;

export const signUp = async (body: { email: string; password: string; name: string; timezone: string }) =>
	(await read(api.POST(`${V1}/accounts`, { body }))).user as User;

export async function signIn(body: { email: string; password: string }): Promise<User | Challenge> {
	const answer = await read(api.POST(`${V1}/sessions`, { body }));
	return 'user' in answer ? (answer.user as User) : answer;
}

export const finishSignIn = async (body: { challenge: string; code: string }) =>
	(await read(api.POST(`${V1}/sessions/second-factor`, { body }))).user as User;

export const signOut = () => read(api.DELETE(`${V1}/sessions/current`));

export const updateMe = async (body: { name?: string; timezone?: string }) => (await read(api.PATCH(`${V1}/me`, { body }))) as User;

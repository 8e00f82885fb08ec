import { api, read } from './client';
import type { Account, SecondFactor, User } from './types';

const V1 = '/api/v1';

/** The first step is done, and the account asks for a second one. */
export interface Challenge {
	challenge: string;
	methods: SecondFactor[];
}

export const me = async () => (await read(api.GET(`${V1}/me`))) as Account;

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

export const updateMe = async (body: { name?: string; timezone?: string }) => (await read(api.PATCH(`${V1}/me`, { body }))) as Account;

export const verifyEmail = async (token: string) => (await read(api.POST(`${V1}/email-verifications`, { body: { token } }))) as Account;

export const resendVerification = () => read(api.POST(`${V1}/me/email-verification`));

export const requestEmailChange = (email: string) => read(api.POST(`${V1}/me/email`, { body: { email } }));

export const changeEmail = async (token: string) => (await read(api.POST(`${V1}/email-changes`, { body: { token } }))) as Account;

export const undoEmailChange = (token: string) => read(api.POST(`${V1}/email-changes/undo`, { body: { token } }));

export const forgotPassword = (email: string) => read(api.POST(`${V1}/password-resets`, { body: { email } }));

export const resetPassword = (body: { token: string; password: string }) => read(api.POST(`${V1}/password-resets/confirm`, { body }));

export const changePassword = (body: { current?: string; new: string }) => read(api.PUT(`${V1}/me/password`, { body }));

export const stepUp = (body: { password?: string; code?: string }) => read(api.POST(`${V1}/me/step-up`, { body }));

/** Ways to sign in, devices, API tokens, the log, and one's data. Most of it asks for a step-up: see `Action`. */
import { api, read } from './client';
import type { ApiToken, Device, Identity, NewApiToken, Passkey, Provider, Scope, SecurityEvent, TotpSetup, User } from './types';

const V1 = '/api/v1';

export const listProviders = async () => (await read(api.GET(`${V1}/oauth/providers`))).items as Provider[];

/** Where the browser goes to sign in with a provider; it comes back to `path` of this site. */
export const providerPage = (provider: Provider, path: string) => `${V1}/oauth/${provider}/start?return_to=${encodeURIComponent(path)}`;

export const listIdentities = async () => (await read(api.GET(`${V1}/me/identities`))).items as Identity[];

/** Where to send the browser. */
export const connectIdentity = async (provider: Provider) =>
	(await read(api.POST(`${V1}/me/identities/{provider}`, { params: { path: { provider } } }))).url;

export const disconnectIdentity = (provider: Provider) => read(api.DELETE(`${V1}/me/identities/{provider}`, { params: { path: { provider } } }));

export const beginTotp = async () => (await read(api.POST(`${V1}/me/totp`))) as TotpSetup;

export const confirmTotp = async (code: string) => (await read(api.POST(`${V1}/me/totp/confirm`, { body: { code } }))).codes;

export const removeTotp = () => read(api.DELETE(`${V1}/me/totp`));

export const newRecoveryCodes = async () => (await read(api.POST(`${V1}/me/recovery-codes`))).codes;

export interface PasskeyChallenge {
	challenge: string;
	options: Record<string, unknown>;
}

type Credential = PublicKeyCredentialJSON;

export const listPasskeys = async () => (await read(api.GET(`${V1}/me/passkeys`))).items as Passkey[];

export const beginPasskey = async () => (await read(api.POST(`${V1}/me/passkeys/options`))) as PasskeyChallenge;

/** The codes come with the first second factor of an account. */
export async function addPasskey(body: { challenge: string; name: string; credential: Credential }): Promise<string[] | null> {
	const answer = await read(api.POST(`${V1}/me/passkeys`, { body: body as never }));
	return answer.recovery_codes;
}

export const removePasskey = (id: string) => read(api.DELETE(`${V1}/me/passkeys/{passkey_id}`, { params: { path: { passkey_id: id } } }));

export const beginPasskeySignIn = async () => (await read(api.POST(`${V1}/sessions/passkey/options`))) as PasskeyChallenge;

export const finishPasskeySignIn = async (body: { challenge: string; credential: Credential }) =>
	(await read(api.POST(`${V1}/sessions/passkey`, { body: body as never }))).user as User;

export const listDevices = async () => (await read(api.GET(`${V1}/sessions`))).items as Device[];

export const signOutDevice = (id: string) => read(api.DELETE(`${V1}/sessions/{session_id}`, { params: { path: { session_id: id } } }));

export const signOutOthers = () => read(api.DELETE(`${V1}/sessions`));

export const listTokens = async () => (await read(api.GET(`${V1}/api-tokens`))).items as ApiToken[];

export const createToken = async (body: { name: string; scopes: Scope[]; expires_in_days: number | null }) =>
	(await read(api.POST(`${V1}/api-tokens`, { body }))) as NewApiToken;

export const revokeToken = (id: string) => read(api.DELETE(`${V1}/api-tokens/{token_id}`, { params: { path: { token_id: id } } }));

export const listSecurityEvents = async (before?: string) =>
	(await read(api.GET(`${V1}/me/security-events`, { params: { query: { before, limit: 30 } } }))) as { items: SecurityEvent[]; next_cursor: string | null };

export const exportData = async () => (await read(api.GET(`${V1}/me/export`, { parseAs: 'blob' }))) as unknown as Blob;

export const requestDeletion = async () => (await read(api.POST(`${V1}/me/deletion`))).due_at;

export const cancelDeletion = () => read(api.DELETE(`${V1}/me/deletion`));

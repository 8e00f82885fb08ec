/** Passkeys of this browser (WebAuthn level 3). */
import { ApiError, Cancelled } from '$lib/api/errors';
import { t } from '$lib/i18n';

/** Whether this browser has them at all. */
export const supported = (): boolean => typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

/** Passkeys are bound to a name: pages that were opened by an IP address have none. */
export const byNumber = (): boolean => /^(\d+(\.\d+){3}|\[.*\])$/.test(location.hostname);

export const usable = (): boolean => supported() && !byNumber();

/** This page under the name that passkeys of a local server are bound to. */
export function namedAddress(): URL {
	const url = new URL(location.href);
	url.hostname = 'localhost';
	return url;
}

export async function create(options: Record<string, unknown>): Promise<PublicKeyCredentialJSON> {
	return await ask(() =>
		navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as unknown as PublicKeyCredentialCreationOptionsJSON) })
	);
}

export async function get(options: Record<string, unknown>): Promise<PublicKeyCredentialJSON> {
	return await ask(() =>
		navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as unknown as PublicKeyCredentialRequestOptionsJSON) })
	);
}

async function ask(prompt: () => Promise<Credential | null>): Promise<PublicKeyCredentialJSON> {
	try {
		return ((await prompt()) as PublicKeyCredential).toJSON();
	} catch (error) {
		const name = error instanceof DOMException ? error.name : '';
		if (name === 'InvalidStateError') throw new ApiError(409, 'passkey_known', t('passkey.known'));
		// The browser does not say whether the person declined, waited too long, or has none.
		if (name === 'NotAllowedError' || name === 'AbortError') throw new Cancelled();
		throw new ApiError(400, 'passkey_failed', t('passkey.failed'));
	}
}

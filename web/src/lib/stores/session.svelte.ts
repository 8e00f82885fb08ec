/** Who is here: nobody yet, a guest, or a person with an account. */
import * as accounts from '$lib/api/accounts';
import { isStatus } from '$lib/api/errors';
import { beginPasskeySignIn, finishPasskeySignIn } from '$lib/api/security';
import type { User } from '$lib/api/types';
import * as passkeys from '$lib/auth/passkeys';
import { browserZone } from '$lib/format/time';

type Listener = (user: User | null) => void;

class Session {
	user = $state.raw<User | null>(null);
	/** The first answer of the server is there. */
	known = $state(false);
	readonly hasAccount = $derived(!!this.user && this.user.role !== 'guest');
	readonly zone = $derived(this.user?.timezone && this.user.timezone !== 'UTC' ? this.user.timezone : browserZone());

	#listeners: Listener[] = [];
	#starting: Promise<User> | null = null;

	/** Calls back with the user after every change of who is here. */
	onChange(listener: Listener): void {
		this.#listeners.push(listener);
	}

	async load(): Promise<void> {
		try {
			this.#become(await accounts.me());
		} catch (error) {
			if (!isStatus(error, 401)) throw error;
			this.#become(null);
		} finally {
			this.known = true;
		}
	}

	/** A guest session is begun with the first message, not with the first page view. */
	async ensure(): Promise<User> {
		if (this.user) return this.user;
		this.#starting ??= accounts.startGuest(browserZone()).then((user) => {
			this.#become(user);
			return user;
		});
		try {
			return await this.#starting;
		} finally {
			this.#starting = null;
		}
	}

	async signUp(data: { email: string; password: string; name: string }): Promise<void> {
		this.#become(await accounts.signUp({ ...data, timezone: browserZone() }));
	}

	/** Gives the challenge that `finishSignIn` answers, if the account has a second factor; null once signed in. */
	async signIn(data: { email: string; password: string }): Promise<accounts.Challenge | null> {
		const answer = await accounts.signIn(data);
		if ('challenge' in answer) return answer;
		this.#become(answer);
		return null;
	}

	/** A passkey is both factors at once. */
	async signInWithPasskey(): Promise<void> {
		const { challenge, options } = await beginPasskeySignIn();
		this.#become(await finishPasskeySignIn({ challenge, credential: await passkeys.get(options) }));
	}

	async finishSignIn(challenge: string, code: string): Promise<void> {
		this.#become(await accounts.finishSignIn({ challenge, code }));
	}

	async signOut(): Promise<void> {
		await accounts.signOut();
		this.#become(null);
	}

	async update(data: { name?: string; timezone?: string }): Promise<void> {
		this.user = await accounts.updateMe(data);
	}

	/** The same person, changed. */
	tell(user: User): void {
		if (this.user?.id === user.id) this.user = user;
	}

	/** The server says that the session is over. */
	ended(): void {
		this.#become(null);
	}

	#become(user: User | null): void {
		this.user = user;
		for (const listener of this.#listeners) listener(user);
	}
}

export const session = new Session();

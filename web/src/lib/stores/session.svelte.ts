/** Who is here: nobody yet, a guest, or a person with an account. */
import * as accounts from '$lib/api/accounts';
import { onUnauthenticated } from '$lib/api/client';
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

	/** Somebody with an account whose session has ended, and not by their own doing in this tab. */
	lost = $state(false);

	#listeners: Listener[] = [];
	#starting: Promise<User> | null = null;
	#checking: Promise<void> | null = null;
	/** Signing in or out is under way, and settles who is here. */
	#moving = 0;

	constructor() {
		onUnauthenticated(() => void this.check());
	}

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

	/** Finds out who is here after a sign that nobody is any more: signed out on another device, say, or too long ago. */
	async check(): Promise<void> {
		if (!this.user || this.#moving || this.#checking) return;
		const had = this.hasAccount;
		this.#checking = this.load().catch(() => undefined);
		await this.#checking;
		this.#checking = null;
		if (had && !this.user) this.lost = true;
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
		await this.#move(async () => this.#become(await accounts.signUp({ ...data, timezone: browserZone() })));
	}

	/** Gives the challenge that `finishSignIn` answers, if the account has a second factor; null once signed in. */
	async signIn(data: { email: string; password: string }): Promise<accounts.Challenge | null> {
		return await this.#move(async () => {
			const answer = await accounts.signIn(data);
			if ('challenge' in answer) return answer;
			this.#become(answer);
			return null;
		});
	}

	/** A passkey is both factors at once. */
	async signInWithPasskey(): Promise<void> {
		const { challenge, options } = await beginPasskeySignIn();
		const credential = await passkeys.get(options);
		await this.#move(async () => this.#become(await finishPasskeySignIn({ challenge, credential })));
	}

	async finishSignIn(challenge: string, code: string): Promise<void> {
		await this.#move(async () => this.#become(await accounts.finishSignIn({ challenge, code })));
	}

	async signOut(): Promise<void> {
		await this.#move(async () => {
			await accounts.signOut();
			this.#become(null);
		});
	}

	async update(data: { name?: string; timezone?: string }): Promise<void> {
		this.user = await accounts.updateMe(data);
	}

	/** The same person, changed. */
	tell(user: User): void {
		if (this.user?.id !== user.id) return;
		// A guest who signed up in another tab.
		if (this.user.role !== user.role && this.user.role === 'guest') this.#become(user);
		else this.user = user;
	}

	async #move<T>(work: () => Promise<T>): Promise<T> {
		this.#moving += 1;
		try {
			return await work();
		} finally {
			this.#moving -= 1;
		}
	}

	#become(user: User | null): void {
		this.user = user;
		if (user) this.lost = false;
		for (const listener of this.#listeners) listener(user);
	}
}

export const session = new Session();

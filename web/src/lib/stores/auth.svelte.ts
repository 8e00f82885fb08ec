/** The sign-up dialog: opened by whatever needs an account, which goes on once there is one. */
import { session } from './session.svelte';

export type AuthMode = 'sign-up' | 'sign-in';

class Auth {
	open = $state(false);
	mode = $state<AuthMode>('sign-up');
	reason = $state('');
	#settle: ((done: boolean) => void) | null = null;

	/** True once there is an account; false if the person closes the dialog. */
	require(reason: string, mode: AuthMode = 'sign-up'): Promise<boolean> {
		if (session.hasAccount) return Promise.resolve(true);
		this.#settle?.(false);
		this.reason = reason;
		this.mode = mode;
		this.open = true;
		return new Promise((resolve) => (this.#settle = resolve));
	}

	close(): void {
		this.open = false;
		this.#settle?.(session.hasAccount);
		this.#settle = null;
	}
}

export const auth = new Auth();

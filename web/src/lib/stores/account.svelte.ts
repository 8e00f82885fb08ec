/** One's own account as the settings show it. */
import * as accounts from '$lib/api/accounts';
import { explain } from '$lib/api/errors';
import type { Account } from '$lib/api/types';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';

class AccountStore {
	value = $state.raw<Account | null>(null);
	problem = $state('');

	/** Follows what is changed on other devices and in other tabs. */
	start(): void {
		realtime.onEvents((events) => events.some(({ type }) => type === 'account.changed') && void this.#refresh());
		realtime.onBack(() => void this.#refresh());
	}

	async load(): Promise<void> {
		try {
			this.show(await accounts.me());
			this.problem = '';
		} catch (error) {
			this.problem = explain(error);
		}
	}

	/** The server has told how it is now. */
	show(account: Account): void {
		this.value = account;
		session.tell(account);
	}

	forget(): void {
		this.value = null;
	}

	async #refresh(): Promise<void> {
		// What could not be read now is read with the next change, or the next page.
		const now = await accounts.me().catch(() => null);
		if (!now) return;
		session.tell(now);
		if (this.value?.id === now.id) this.value = now;
	}
}

export const account = new AccountStore();

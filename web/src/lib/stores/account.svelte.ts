/** One's own account as the settings show it. */
import * as accounts from '$lib/api/accounts';
import { explain } from '$lib/api/errors';
import type { Account } from '$lib/api/types';
import { session } from './session.svelte';

class AccountStore {
	value = $state.raw<Account | null>(null);
	problem = $state('');

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
}

export const account = new AccountStore();

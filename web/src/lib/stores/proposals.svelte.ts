/** Deciding on proposals. Confirming one that needs an account asks for it first and then goes on by itself. */
import { checkout } from '$lib/api/market';
import { confirmProposal, declineProposal, readProposal } from '$lib/api/rooms';
import { ApiError, explain, isStatus } from '$lib/api/errors';
import type { Proposal } from '$lib/api/types';
import { t } from '$lib/i18n';
import { withProposals } from '$lib/realtime/reducer';
import { SvelteSet } from 'svelte/reactivity';
import { auth } from './auth.svelte';
import { realtime } from './realtime.svelte';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

class Proposals {
	#busy = new SvelteSet<string>();

	busy(id: string): boolean {
		return this.#busy.has(id);
	}

	/** Confirms, then opens the checkout where there is something to pay. */
	async confirm(proposal: Proposal, edits: Record<string, unknown> = {}): Promise<void> {
		await this.#guarded(proposal, async () => {
			if (!session.hasAccount && !(await auth.require(t('auth.reason.booking')))) return;
			const confirmed = await this.#confirm(proposal, edits);
			if (confirmed) await this.pay(confirmed);
		});
	}

	/** To the checkout page of a confirmed proposal's payment. */
	async pay(proposal: Proposal): Promise<void> {
		const payment = proposal.outcome?.payment_id;
		if (typeof payment === 'string') location.assign((await checkout(payment)).url);
	}

	async decline(proposal: Proposal): Promise<void> {
		await this.#guarded(proposal, async () => this.#learn(await declineProposal(proposal.id)));
	}

	/** What became of a proposal meanwhile. */
	async refresh(proposal: Proposal): Promise<void> {
		this.#learn(await readProposal(proposal.id));
	}

	async #confirm(proposal: Proposal, edits: Record<string, unknown>): Promise<Proposal | null> {
		try {
			return this.#learn(await confirmProposal(proposal.id, edits));
		} catch (error) {
			// The server may know better than this page who is here: a role that changed on another tab, say.
			if (!isStatus(error, 401, 403) || (error as ApiError).code === 'forbidden') throw error;
			await session.load();
			if (session.hasAccount || !(await auth.require(t('auth.reason.booking')))) throw error;
			return this.#learn(await confirmProposal(proposal.id, edits));
		}
	}

	#learn(proposal: Proposal): Proposal {
		realtime.update(proposal.room_id, (state) => withProposals(state, [proposal]));
		return proposal;
	}

	async #guarded(proposal: Proposal, work: () => Promise<unknown>): Promise<void> {
		if (this.#busy.has(proposal.id)) return;
		this.#busy.add(proposal.id);
		try {
			await work();
		} catch (error) {
			toasts.show(explain(error), 'bad');
			await this.refresh(proposal).catch(() => undefined);
		} finally {
			this.#busy.delete(proposal.id);
		}
	}
}

export const proposals = new Proposals();

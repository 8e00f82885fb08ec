/** Asking again who is there: the dialog opens when the API wants fresh proof, and what wanted it then goes on. */
import { Cancelled, hasCode } from '$lib/api/errors';

class StepUp {
	/** What would do as proof; null while nobody asks. Empty: only a provider can vouch for this account. */
	methods = $state.raw<readonly string[] | null>(null);
	#settle: ((done: boolean) => void) | null = null;

	ask(methods: readonly string[]): Promise<boolean> {
		this.settle(false);
		this.methods = methods;
		return new Promise((resolve) => (this.#settle = resolve));
	}

	settle(done: boolean): void {
		this.methods = null;
		this.#settle?.(done);
		this.#settle = null;
	}
}

export const stepUp = new StepUp();

/** What `work` gives, after a step-up if the API asks for one. Throws `Cancelled` if the person closes the dialog. */
export async function confirmed<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!hasCode(error, 'step_up_required')) throw error;
		const methods = Array.isArray(error.fields.methods) ? (error.fields.methods as string[]) : [];
		if (!(await stepUp.ask(methods))) throw new Cancelled();
		return await work();
	}
}

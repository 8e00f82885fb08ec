/** What this installation runs on: stand-ins, the model, and in development the demo accounts. */
import { readMeta } from '$lib/api/market';
import type { Meta } from '$lib/api/types';

class MetaStore {
	value = $state.raw<Meta | null>(null);

	/** Nothing depends on it but hints, so a failure is no more than their absence. */
	async load(): Promise<void> {
		this.value = await readMeta().catch(() => null);
	}
}

export const meta = new MetaStore();

/** Up to four people put side by side; kept while the tab is open. */
import type { ExpertCard } from '$lib/api/types';

export const MOST = 4;
const KEY = 'sextant.comparing';
type Chosen = Pick<ExpertCard, 'id' | 'slug' | 'name' | 'avatar_url'>;

function stored(): Chosen[] {
	try {
		const items: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
		return Array.isArray(items) ? (items as Chosen[]).slice(0, MOST) : [];
	} catch {
		return [];
	}
}

class Comparing {
	items = $state<Chosen[]>(stored());
	readonly full = $derived(this.items.length >= MOST);
	readonly href = $derived(`/experts/compare?${this.items.map(({ slug }) => `id=${encodeURIComponent(slug)}`).join('&')}`);

	has(id: string): boolean {
		return this.items.some((item) => item.id === id);
	}

	toggle({ id, slug, name, avatar_url }: Chosen): void {
		if (this.has(id)) this.items = this.items.filter((item) => item.id !== id);
		else if (!this.full) this.items = [...this.items, { id, slug, name, avatar_url }];
		this.#keep();
	}

	clear(): void {
		this.items = [];
		this.#keep();
	}

	#keep(): void {
		try {
			sessionStorage.setItem(KEY, JSON.stringify(this.items));
		} catch {
			// Without storage the choice lasts as long as the page.
		}
	}
}

export const comparing = new Comparing();

/** Short notices at the edge of the page. */
export interface Toast {
	id: number;
	tone: 'info' | 'good' | 'bad';
	text: string;
	/** One thing to do about it, such as taking it back. */
	action?: { label: string; run: () => void };
}

const SHOWN_MS = 6_000;

class Toasts {
	items = $state<Toast[]>([]);
	#next = 1;

	show(text: string, tone: Toast['tone'] = 'info', action?: Toast['action']): void {
		const id = this.#next++;
		this.items = [...this.items.filter((toast) => toast.text !== text), { id, tone, text, action }].slice(-3);
		setTimeout(() => this.dismiss(id), SHOWN_MS);
	}

	dismiss(id: number): void {
		this.items = this.items.filter((toast) => toast.id !== id);
	}
}

export const toasts = new Toasts();

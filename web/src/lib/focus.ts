/** Focus that comes back: what opens beside or over something gives it back when it goes. */
import { tick } from 'svelte';

/**
 * Remembers what is in use by keyboard now. The answer gives the focus back, once the page has changed and unless it went
 * somewhere else by then: to the same element, or to what it stands in where that shows no more.
 */
export function borrowFocus(): () => void {
	const before = document.activeElement;
	if (!before?.matches(':focus-visible')) return () => undefined;
	return () =>
		void tick().then(() => {
			for (let at: Element | null = before; at && document.activeElement === document.body; at = at.parentElement) {
				if (at instanceof HTMLElement) at.focus({ preventScroll: true });
			}
		});
}

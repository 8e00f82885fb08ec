/** Makes what is wider than its place reachable by keyboard, to be scrolled from there; what fits is no stop. */
export function wide(element: HTMLElement): () => void {
	const observer = new ResizeObserver(() => {
		if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
		else element.removeAttribute('tabindex');
	});
	observer.observe(element);
	return () => observer.disconnect();
}

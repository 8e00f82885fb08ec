import { tick } from 'svelte';

/** A row is about to go, and the focus is on its button: it moves to the next row's, or to what adds one. */
export async function keepFocus(button: HTMLElement): Promise<void> {
	const section = button.closest('section');
	const at = buttons(section).indexOf(button);
	await tick();
	(buttons(section)[at] ?? buttons(section)[at - 1] ?? section?.querySelector<HTMLElement>('[data-add], input'))?.focus();
}

/** A row was added: one goes on in its first field. */
export async function intoLastRow(place: HTMLElement): Promise<void> {
	await tick();
	[...(place.closest('section')?.querySelectorAll<HTMLElement>('[data-first]') ?? [])].at(-1)?.focus();
}

const buttons = (section: HTMLElement | null) => [...(section?.querySelectorAll<HTMLElement>('[data-remove]') ?? [])];

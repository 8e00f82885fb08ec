/** The room a card stands in, so that its buttons can talk to that room's composer. */
import { getContext, setContext } from 'svelte';

const KEY = Symbol('room');

export const provideRoom = (room: () => string) => setContext(KEY, room);

/** The room's id, or null outside of a conversation. */
export const currentRoom = (): string | null => (getContext(KEY) as (() => string) | undefined)?.() ?? null;

/** The room a card stands in, so that its buttons can talk to that room's composer. */
import { getContext, setContext } from 'svelte';

const KEY = Symbol('room');

export const provideRoom = (room: () => string) => setContext(KEY, room);

const WAY = Symbol('way');

/** The way to any message of the room, also to one that is not in sight. */
export const provideWay = (to: (message: string) => Promise<void>) => setContext(WAY, to);

export const wayTo = (): ((message: string) => Promise<void>) | null => (getContext(WAY) as ((message: string) => Promise<void>) | undefined) ?? null;

/** The room's id, or null outside of a conversation. */
export const currentRoom = (): string | null => (getContext(KEY) as (() => string) | undefined)?.() ?? null;

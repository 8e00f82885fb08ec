import { expect, it } from 'vitest';
import { emptyRoom, reduce } from '$lib/realtime/reducer';
import { ROOM } from './events';

it('events that this client does not show leave the room as it is', () => {
	const state = emptyRoom(ROOM);
	for (const type of ['draft', 'of.a.later.version', 'room.settings', 'room.removed']) expect(reduce(state, [{ type, room: ROOM } as never])).toBe(state);
});

/** The sections of the settings, in their order; the names and `about` lines are `settings.<id>` of the catalogue. */
import type { IconName } from '$lib/components/ui/Icon.svelte';

export const sections = [
	{ id: 'profile', icon: 'person' },
	{ id: 'security', icon: 'shield' },
	{ id: 'notifications', icon: 'bell' },
	{ id: 'devices', icon: 'phone' },
	{ id: 'connections', icon: 'link' },
	{ id: 'api-tokens', icon: 'code' },
	{ id: 'activity', icon: 'list' },
	{ id: 'privacy', icon: 'box' }
] as const satisfies readonly { id: string; icon: IconName }[];

import { moment } from '$lib/format/time';
import { t } from '$lib/i18n';
import { clock } from '$lib/stores/clock.svelte';
import { quota } from '$lib/stores/quota.svelte';
import { realtime } from '$lib/stores/realtime.svelte';
import { session } from '$lib/stores/session.svelte';

/**
 * What the sender of a message is told which names the assistant, and which it will not answer. Until when comes with the
 * answer to the send, to the tab that has sent it. Elsewhere, and after a reload, it is what is left now, which is read only
 * after the message is there: until then nothing is said of when.
 */
export function unasked(message: string, at: string): string {
	const now = clock.minute.getTime();
	const until = [realtime.unanswered[message]?.resets_at, quota.until].find((each) => each && Date.parse(each) > now);
	if (until) return t('quota.unasked.until', { moment: moment(until, session.zone) });
	return quota.covers(at) ? t('quota.unasked.now') : t('quota.unasked.mine');
}

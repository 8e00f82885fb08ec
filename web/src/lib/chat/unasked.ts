import { moment } from '$lib/format/time';
import { t } from '$lib/i18n';
import { clock } from '$lib/stores/clock.svelte';
import { quota } from '$lib/stores/quota.svelte';
import { realtime } from '$lib/stores/realtime.svelte';
import { session } from '$lib/stores/session.svelte';

/** What the sender of a message is told which names the assistant, and which it will not answer; of one that was sent
 * elsewhere or before a reload, by what is left now. */
export function unasked(message: string): string {
	const until = realtime.unanswered[message]?.resets_at ?? quota.until;
	if (until) return Date.parse(until) > clock.minute.getTime() ? t('quota.unasked.until', { moment: moment(until, session.zone) }) : t('quota.unasked.now');
	return quota.value ? t('quota.unasked.now') : t('quota.unasked.mine');
}

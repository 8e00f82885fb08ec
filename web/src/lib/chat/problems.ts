import { explain } from '$lib/api/errors';
import { t } from '$lib/i18n';
import { CommandError, Disconnected } from '$lib/realtime/connection';

/** What to tell the person when a command over the socket was refused or got no answer. */
export function explainCommand(error: unknown): string {
	if (error instanceof CommandError) return error.message;
	return error instanceof Disconnected ? t('error.network') : explain(error);
}

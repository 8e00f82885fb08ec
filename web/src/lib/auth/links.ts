/** What comes with the address of a page: where to go on, and the secrets of mails, which stand in the fragment. */
import { term, t } from '$lib/i18n';

/** Only a path of this site. */
export function localPath(wanted: string | null | undefined): string {
	return wanted && /^\/(?![/\\])/.test(wanted) ? wanted : '/';
}

export const fragment = (url: URL): URLSearchParams => new URLSearchParams(url.hash.slice(1));

/** Why a provider's sign-in failed, in words of this app: those in an address could be anybody's. */
export function providerProblem(url: URL): string {
	const code = url.searchParams.get('error');
	return code ? term(`oauth.error.${code}`, t('oauth.error.other')) : '';
}

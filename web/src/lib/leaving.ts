import { beforeNavigate } from '$app/navigation';
import { t } from './i18n';

/** Asks before a page is left on which something is not saved. Called while a component is set up. */
export function askBeforeLeaving(unsaved: () => boolean, discard: () => void = () => undefined): void {
	beforeNavigate((navigation) => {
		if (!unsaved()) return;
		// A page that goes away for good asks by the browser's own words.
		if (navigation.type === 'leave' || !confirm(t('leaving.unsaved'))) navigation.cancel();
		else discard();
	});
}

/** Words for what the API names by codes. */
import { term } from '$lib/i18n';

/** `password+totp` as `password, authenticator app`. */
export const methodName = (method: string): string => method.split('+').map((part) => term(`method.${part}`, part)).join(', ');

export const eventName = (event: string): string => term(`event.${event}`, event.replaceAll('_', ' '));

import { t } from '$lib/i18n';

export interface FieldError {
	field: string;
	message: string;
}

/** The API refused: problem+json (RFC 9457) as an error. `message` is meant for the person. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly errors: FieldError[] = [],
		readonly fields: Record<string, unknown> = {}
	) {
		super(message);
	}

	static of(status: number, problem: unknown): ApiError {
		const fields = (problem && typeof problem === 'object' ? problem : {}) as Record<string, unknown>;
		const text = [fields.detail, fields.title].find((value) => typeof value === 'string') as string | undefined;
		const errors = Array.isArray(fields.errors) ? (fields.errors as FieldError[]) : [];
		return new ApiError(status, typeof fields.code === 'string' ? fields.code : 'error', text ?? t('error.server'), errors, fields);
	}
}

/** The server could not be reached. */
export class NetworkError extends Error {
	constructor() {
		super(t('error.network'));
	}
}

/** The person chose not to go on: nothing went wrong, and there is nothing to say. */
export class Cancelled extends Error {}

/** What to tell the person about anything that was thrown. */
export function explain(error: unknown): string {
	return error instanceof ApiError || error instanceof NetworkError ? error.message : t('error.unexpected');
}

export const hasCode = (error: unknown, ...codes: string[]): error is ApiError => error instanceof ApiError && codes.includes(error.code);

export const isStatus = (error: unknown, ...statuses: number[]) => error instanceof ApiError && statuses.includes(error.status);

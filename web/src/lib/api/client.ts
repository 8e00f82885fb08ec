/** The generated client of the API of this origin, by the session cookie. */
import createClient from 'openapi-fetch';
import { ApiError, NetworkError } from './errors';
import type { paths } from './schema';

export const api = createClient<paths>({ credentials: 'same-origin' });

let doubt = (): void => undefined;

/** Calls back when the API does not know who is asking. */
export function onUnauthenticated(listener: () => void): void {
	doubt = listener;
}

interface Answer<T> {
	data?: T;
	error?: unknown;
	response: Response;
}

/** What a request answered. Throws `ApiError` (the API refused) or `NetworkError` (it could not be reached). */
export async function read<T>(request: Promise<Answer<T>>): Promise<T> {
	let answer: Answer<T>;
	try {
		answer = await request;
	} catch {
		throw new NetworkError();
	}
	if (!answer.response.ok) {
		const problem = ApiError.of(answer.response.status, answer.error);
		if (problem.code === 'unauthenticated') doubt();
		throw problem;
	}
	return answer.data as T;
}

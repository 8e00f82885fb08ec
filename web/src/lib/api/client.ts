/** The generated client of the API of this origin, by the session cookie. */
import createClient from 'openapi-fetch';
import { ApiError, NetworkError } from './errors';
import type { paths } from './schema';

export const api = createClient<paths>({ credentials: 'same-origin' });

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
	if (!answer.response.ok) throw ApiError.of(answer.response.status, answer.error);
	return answer.data as T;
}

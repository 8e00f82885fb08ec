import { ApiError, hasCode, isStatus, NetworkError } from './errors';
import { api, read } from './client';
import type { FileInfo, Upload } from './types';

const V1 = '/api/v1';
const file = (id: string) => ({ params: { path: { file_id: id } } });

export type Purpose = 'attachment' | 'photo' | 'portfolio' | 'resume';

const beginUpload = async (body: { name: string; size: number; type: string; purpose: Purpose }) =>
	(await read(api.POST(`${V1}/files`, { body }))) as Upload;

const completeUpload = async (id: string) => (await read(api.POST(`${V1}/files/{file_id}/complete`, file(id)))) as FileInfo;

export const readFile = async (id: string) => (await read(api.GET(`${V1}/files/{file_id}`, file(id)))) as FileInfo;

export const deleteFile = (id: string) => read(api.DELETE(`${V1}/files/{file_id}`, file(id)));

export const setPhoto = async (id: string) => (await read(api.PUT(`${V1}/me/photo`, { body: { file_id: id } }))).avatar_url;

export const removePhoto = async () => (await read(api.DELETE(`${V1}/me/photo`, {}))).avatar_url;

export const removePreview = (room: string, message: string, preview: string) =>
	read(
		api.DELETE(`${V1}/rooms/{room_id}/messages/{message_id}/previews/{preview_id}`, {
			params: { path: { room_id: room, message_id: message, preview_id: preview } }
		})
	);

export const thumbnailOf = (id: string) => `${V1}/files/${id}/thumbnail`;
export const contentOf = (id: string, inline = false) => `${V1}/files/${id}/content${inline ? '?inline=true' : ''}`;

export interface UploadSteps {
	signal: AbortSignal;
	/** The id is known: from here on the upload can be given up on the server too. */
	onBegun?: (id: string) => void;
	/** Share of the bytes that are there, 0 to 1. */
	onProgress?: (share: number) => void;
	/** All bytes are there; they are being looked at. */
	onChecking?: () => void;
}

/** How far an upload has come: given to `upload` again, it goes on from there. */
export interface Reached {
	begun: Upload | null;
	/** Until when the storage takes the bytes, by this device's clock. */
	until: number;
	sent: boolean;
}

export const nothingReached = (): Reached => ({ begun: null, until: 0, sent: false });

/** The bytes have to be on their way by so long before the storage takes them no more. */
const IN_TIME_MS = 60_000;
const FIRST_LOOK_MS = 150;
const LONGEST_LOOK_MS = 2_000;
/** Nothing has moved for so long: the network is gone. */
const MOST_STILL_MS = 60_000;

/** Takes a file all the way: begun, sent, checked. Throws `ApiError`, `NetworkError`, or the signal's reason. */
export async function upload(source: File, purpose: Purpose, steps: UploadSteps, reached = nothingReached()): Promise<FileInfo> {
	const begun = await begin(source, purpose, steps, reached);
	if (!reached.sent) await put(begun, source, steps, reached);
	steps.onChecking?.();
	const state = await checked(begun.file.id, steps.signal).catch((error: unknown) => {
		// What is not there, or not any more, has to be sent from the beginning.
		if (!hasCode(error, 'upload_missing') && !isStatus(error, 404)) throw error;
		Object.assign(reached, nothingReached());
		throw new NetworkError();
	});
	if (state.state !== 'ready') throw new ApiError(422, `file_${state.reason ?? state.state}`, state.problem ?? '');
	return state;
}

/** A place for the bytes: the one that is there already, as long as it takes them. */
async function begin(source: File, purpose: Purpose, { signal, onBegun }: UploadSteps, reached: Reached): Promise<Upload> {
	if (reached.begun && (reached.sent || Date.now() < reached.until)) return reached.begun;
	if (reached.begun) deleteFile(reached.begun.file.id).catch(() => undefined);
	const asked = beginUpload({ name: source.name || 'file', size: source.size, type: mediaType(source.type), purpose });
	// Told also of an answer that comes too late, which whoever asked has to clear away.
	const begun = await unless(signal, asked.then((answer) => (onBegun?.(answer.file.id), answer)));
	Object.assign(reached, { begun, until: Date.now() + begun.upload.expires_in * 1_000 - IN_TIME_MS });
	return begun;
}

async function checked(id: string, signal: AbortSignal): Promise<FileInfo> {
	let state = await unless(signal, completeUpload(id));
	for (let wait = FIRST_LOOK_MS; state.state === 'processing'; wait = Math.min(wait * 1.5, LONGEST_LOOK_MS)) {
		await unless(signal, new Promise((done) => setTimeout(done, wait)));
		state = await unless(signal, readFile(id));
	}
	return state;
}

/** What is waited for, unless the signal comes first: its reason is thrown then. An upload waits many times on one signal,
 * so no listener is left on it. */
export function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		const stop = () => reject(signal.reason);
		work.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject);
		if (signal.aborted) stop();
		else signal.addEventListener('abort', stop, { once: true });
	});
}

/** Browsers name some types in ways that the API does not take; the bytes decide anyway. */
const mediaType = (type: string) => (/^[\w.+-]+\/[\w.+-]+$/.test(type) && type.length < 127 ? type : '');

/** By XMLHttpRequest, because `fetch` does not tell how far an upload is. */
function put(target: Upload, body: File, { signal, onProgress }: UploadSteps, reached: Reached): Promise<void> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		// A network that has gone without a word ends no request.
		let still: ReturnType<typeof setTimeout> | undefined;
		const moved = () => {
			clearTimeout(still);
			still = setTimeout(() => request.abort(), MOST_STILL_MS);
		};
		request.open('PUT', target.upload.url);
		for (const [name, value] of Object.entries(target.upload.headers)) request.setRequestHeader(name, value);
		request.upload.onprogress = (event) => {
			moved();
			if (event.lengthComputable) onProgress?.(event.loaded / event.total);
		};
		const stop = () => request.abort();
		request.onloadend = () => {
			clearTimeout(still);
			signal.removeEventListener('abort', stop);
		};
		request.onabort = () => reject(signal.aborted ? signal.reason : new NetworkError());
		request.onload = () => {
			reached.sent = request.status === 200;
			// Refused, as one is that comes too late: another place is needed.
			if (request.status >= 400 && request.status < 500) reached.until = 0;
			return reached.sent ? resolve() : reject(new NetworkError());
		};
		request.onerror = () => reject(new NetworkError());
		signal.addEventListener('abort', stop);
		moved();
		request.send(body);
	});
}

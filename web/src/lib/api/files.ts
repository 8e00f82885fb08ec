import { ApiError, NetworkError } from './errors';
import { api, read } from './client';
import type { FileInfo, Upload } from './types';

const V1 = '/api/v1';
const file = (id: string) => ({ params: { path: { file_id: id } } });

export type Purpose = 'attachment' | 'photo' | 'portfolio' | 'resume';

const beginUpload = async (body: { name: string; size: number; type: string; purpose: Purpose }) =>
	(await read(api.POST(`${V1}/files`, { body }))) as Upload;

const completeUpload = async (id: string) => (await read(api.POST(`${V1}/files/{file_id}/complete`, file(id)))) as FileInfo;

const readFile = async (id: string) => (await read(api.GET(`${V1}/files/{file_id}`, file(id)))) as FileInfo;

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

const FIRST_LOOK_MS = 150;
const LONGEST_LOOK_MS = 2_000;
/** Nothing has moved for so long: the network is gone. */
const MOST_STILL_MS = 60_000;

/** Takes a file all the way: begun, sent, checked. Throws `ApiError`, `NetworkError`, or the signal's reason. */
export async function upload(source: File, purpose: Purpose, steps: UploadSteps): Promise<FileInfo> {
	const begun = await beginUpload({ name: source.name || 'file', size: source.size, type: mediaType(source.type), purpose });
	steps.onBegun?.(begun.file.id);
	steps.signal.throwIfAborted();
	await put(begun, source, steps);
	steps.onChecking?.();
	let state = await completeUpload(begun.file.id);
	for (let wait = FIRST_LOOK_MS; state.state === 'processing'; wait = Math.min(wait * 1.5, LONGEST_LOOK_MS)) {
		await new Promise((done) => setTimeout(done, wait));
		steps.signal.throwIfAborted();
		state = await readFile(begun.file.id);
	}
	if (state.state !== 'ready') throw new ApiError(422, `file_${state.reason ?? state.state}`, state.problem ?? '');
	return state;
}

/** Browsers name some types in ways that the API does not take; the bytes decide anyway. */
const mediaType = (type: string) => (/^[\w.+-]+\/[\w.+-]+$/.test(type) && type.length < 127 ? type : '');

/** By XMLHttpRequest, because `fetch` does not tell how far an upload is. */
function put(target: Upload, body: File, { signal, onProgress }: UploadSteps): Promise<void> {
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
		request.onloadend = () => clearTimeout(still);
		request.onabort = () => reject(signal.aborted ? signal.reason : new NetworkError());
		request.onload = () => (request.status === 200 ? resolve() : reject(new NetworkError()));
		request.onerror = () => reject(new NetworkError());
		signal.addEventListener('abort', () => request.abort());
		moved();
		request.send(body);
	});
}

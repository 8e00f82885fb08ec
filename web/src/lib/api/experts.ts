/** Experts: browsing, saving, one's own profile, reviews, and what operators decide. */
import { api, read } from './client';
import type { Availability, CallReviews, Expert, ExpertPage, MyProfile, ProfilePatch, ProfileStatus, ResumeReading, Review, ReviewPage, SavedExpert, Submission, Vocabulary } from './types';
import type { components, operations } from './schema';

const V1 = '/api/v1';
type Schemas = components['schemas'];
export type ExpertQuery = NonNullable<operations['list_experts']['parameters']['query']>;

export const browse = async (query: ExpertQuery, signal?: AbortSignal) => (await read(api.GET(`${V1}/experts`, { params: { query }, signal }))) as ExpertPage;

export const readVocabulary = async () => (await read(api.GET(`${V1}/vocabulary`))) as Vocabulary;

const expert = (id: string) => ({ params: { path: { expert_id: id } } });

export const readReviews = async (id: string, cursor?: string) =>
	(await read(api.GET(`${V1}/experts/{expert_id}/reviews`, { params: { path: { expert_id: id }, query: { cursor } } }))) as ReviewPage;

export const listSaved = async () => (await read(api.GET(`${V1}/me/saved-experts`))).items as SavedExpert[];
export const save = (id: string) => read(api.PUT(`${V1}/me/saved-experts/{expert_id}`, expert(id)));
export const unsave = (id: string) => read(api.DELETE(`${V1}/me/saved-experts/{expert_id}`, expert(id)));

export const myProfile = async () => (await read(api.GET(`${V1}/me/expert-profile`))) as MyProfile;
export const startProfile = async (body: ProfilePatch) => (await read(api.POST(`${V1}/me/expert-profile`, { body }))) as MyProfile;
/** `leaving`: the page goes away, and the request outlives it. */
export const changeProfile = async (body: ProfilePatch, leaving = false) => (await read(api.PATCH(`${V1}/me/expert-profile`, { body, keepalive: leaving }))) as MyProfile;
export const changeStatus = async (status: ProfileStatus) => (await read(api.POST(`${V1}/me/expert-profile/status`, { body: { status } }))) as MyProfile;

/** The file itself is the body; its kind is told by its content. */
export const readResume = async (file: File) =>
	(await read(api.POST(`${V1}/me/expert-profile/resume`, { body: file as unknown as string, bodySerializer: (body: unknown) => body as BodyInit, headers: { 'Content-Type': file.type || 'application/octet-stream' } }))) as ResumeReading;

export const readHours = async (id: string) => (await read(api.GET(`${V1}/experts/{expert_id}/availability`, expert(id)))) as Availability;
export const writeHours = async (id: string, body: Schemas['AvailabilityInput']) =>
	(await read(api.PUT(`${V1}/experts/{expert_id}/availability`, { ...expert(id), body }))) as Availability;

const booking = (id: string) => ({ params: { path: { booking_id: id } } });

export const readCall = async (id: string) => (await read(api.GET(`${V1}/bookings/{booking_id}/review`, booking(id)))) as CallReviews;
export const writeReview = async (id: string, body: { stars: number; text: string }) =>
	(await read(api.PUT(`${V1}/bookings/{booking_id}/review`, { ...booking(id), body }))) as CallReviews;

const review = (id: string) => ({ params: { path: { review_id: id } } });

export const reply = async (id: string, text: string) => (await read(api.POST(`${V1}/reviews/{review_id}/reply`, { ...review(id), body: { text } }))) as Review;
export const report = (id: string, body: { reason: Schemas['Reason']; details: string }) => read(api.POST(`${V1}/reviews/{review_id}/reports`, { ...review(id), body }));

export const listSubmissions = async (status: ProfileStatus) =>
	(await read(api.GET(`${V1}/admin/experts`, { params: { query: { status, limit: 50 } } }))).items as Submission[];
export const decide = async (id: string, body: Schemas['Decision']) => (await read(api.POST(`${V1}/experts/{expert_id}/status`, { ...expert(id), body }))) as Expert;

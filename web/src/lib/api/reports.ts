/** What people have reported, and what operators do about it. */
import { api, read } from './client';
import type { ReviewReport, RoomReport } from './types';

const V1 = '/api/v1';

export interface Page<T> {
	items: T[];
	next_cursor: string | null;
}

export const reviewReports = async (cursor?: string) => (await read(api.GET(`${V1}/admin/review-reports`, { params: { query: { cursor } } }))) as Page<ReviewReport>;
export const roomReports = async (cursor?: string) => (await read(api.GET(`${V1}/admin/reports`, { params: { query: { cursor } } }))) as Page<RoomReport>;

export const resolveReview = (report_id: string, outcome: 'kept' | 'removed', note: string) =>
	read(api.POST(`${V1}/admin/review-reports/{report_id}/resolution`, { params: { path: { report_id } }, body: { outcome, note: note || null } }));
export const closeReport = (report_id: string, resolution: string) => read(api.POST(`${V1}/admin/reports/{report_id}/resolution`, { params: { path: { report_id } }, body: { resolution } }));

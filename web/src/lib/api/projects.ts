import { api, read } from './client';
import type { Brief, Project } from './types';

const V1 = '/api/v1';

/** The project that a room is about; undefined while nothing is known of one. */
export async function projectOf(room: string): Promise<Project | undefined> {
	const { items } = await read(api.GET(`${V1}/projects`, { params: { query: { limit: 100 } } }));
	return (items as Project[]).find(({ room_id }) => room_id === room);
}

/** Fields as `BriefEdit` takes them: plain values, lists as a whole, null to clear. */
export type Edit = Partial<Record<keyof Brief, unknown>>;

export const editBrief = async (project: Project, edit: Edit) =>
	(await read(
		api.PATCH(`${V1}/projects/{project_id}/brief`, {
			params: { path: { project_id: project.id } },
			body: { version: project.brief_version, ...edit } as never
		})
	)) as Project;

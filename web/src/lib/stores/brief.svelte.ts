/** The brief of the room that is open: read again after each answer, edited by hand, and the last edit taken back. */
import { ApiError, explain, isStatus } from '$lib/api/errors';
import { editBrief, projectOf, type Edit } from '$lib/api/projects';
import type { Project } from '$lib/api/types';
import { t } from '$lib/i18n';
import { toasts } from './toasts.svelte';

interface Undo {
	text: string;
	edit: Edit;
}

class BriefStore {
	project = $state.raw<Project | null>(null);
	state = $state<'loading' | 'ready' | 'failed'>('loading');
	undo = $state.raw<Undo | null>(null);
	busy = $state(false);
	/** Edited by hand since the last analysis. */
	stale = $state(false);
	#room = '';

	async load(room: string): Promise<void> {
		if (room !== this.#room) {
			this.#room = room;
			this.project = null;
			this.undo = null;
			this.stale = false;
			this.state = 'loading';
		}
		try {
			const found = (await projectOf(room)) ?? null;
			if (room !== this.#room) return;
			if (found?.analysis_version !== this.project?.analysis_version) this.stale = false;
			this.project = found;
			this.state = 'ready';
		} catch {
			if (room === this.#room && !this.project) this.state = 'failed';
		}
	}

	/** Make an edit; `back` takes it back. Returns whether it was made. */
	async change(edit: Edit, text: string, back: Edit): Promise<boolean> {
		const made = await this.#send(edit);
		if (made) this.undo = { text, edit: back };
		return made;
	}

	async takeBack(): Promise<void> {
		const { undo } = this;
		if (!undo) return;
		this.undo = null;
		if (await this.#send(undo.edit)) toasts.show(t('brief.undone'), 'good');
		else this.undo = undo;
	}

	async #send(edit: Edit): Promise<boolean> {
		if (!this.project || this.busy) return false;
		this.busy = true;
		try {
			this.project = await editBrief(this.project, edit);
			this.stale = this.project.analysis_version !== null;
			return true;
		} catch (error) {
			if (isStatus(error, 409)) {
				await this.load(this.#room);
				toasts.show(t('brief.conflict'), 'bad');
			} else toasts.show(error instanceof ApiError && error.errors[0] ? error.errors[0].message : explain(error), 'bad');
			return false;
		} finally {
			this.busy = false;
		}
	}
}

export const brief = new BriefStore();

/** The skills, industries and languages that profiles list; loaded once. */
import { readVocabulary } from '$lib/api/experts';
import type { Vocabulary } from '$lib/api/types';

class Words {
	value = $state.raw<Vocabulary>({ skills: [], industries: [], languages: [] });
	#names = $derived(new Map([...this.value.industries, ...this.value.skills].map(({ value, name }) => [value, name])));
	#loading: Promise<void> | null = null;

	load(): void {
		this.#loading ??= readVocabulary().then(
			(words) => void (this.value = words),
			() => void (this.#loading = null)
		);
	}

	/** The name of a skill or an industry; the slug in words until the names are here. */
	name(slug: string): string {
		return this.#names.get(slug) ?? slug.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());
	}
}

export const vocabulary = new Words();

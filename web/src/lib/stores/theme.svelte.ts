/** Light, dark, or as the system says. `static/theme.js` applies the stored choice before the first paint. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'sextant.theme';

class Theme {
	choice = $state<ThemeChoice>('system');

	/** Reads the stored choice and follows the system from now on. */
	start(): void {
		const stored = read();
		this.choice = stored === 'light' || stored === 'dark' ? stored : 'system';
		matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#apply());
		this.#apply();
	}

	set(choice: ThemeChoice): void {
		this.choice = choice;
		try {
			if (choice === 'system') localStorage.removeItem(KEY);
			else localStorage.setItem(KEY, choice);
		} catch {
			// Without storage the choice lasts for this page.
		}
		this.#apply();
	}

	#apply(): void {
		const dark = this.choice === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : this.choice === 'dark';
		document.documentElement.dataset.theme = dark ? 'dark' : 'light';
	}
}

function read(): string | null {
	try {
		return localStorage.getItem(KEY);
	} catch {
		return null;
	}
}

export const theme = new Theme();

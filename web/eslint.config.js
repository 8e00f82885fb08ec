import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
	{ ignores: ['build/', '.svelte-kit/', 'node_modules/', 'src/lib/**/*.d.ts'] },
	...ts.configs.recommended,
	...svelte.configs.recommended,
	{ languageOptions: { globals: { ...globals.browser, ...globals.node } } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } }
	},
	{
		rules: {
			'no-console': 'error',
			'no-undef': 'off',
			'svelte/no-at-html-tags': 'error',
			'svelte/no-navigation-without-resolve': 'off',
			// Instants are never changed in place here.
			'svelte/prefer-svelte-reactivity': 'off',
			'max-lines': ['error', { max: 260, skipBlankLines: true }]
		}
	},
	{ files: ['src/lib/i18n/en.ts', 'src/lib/i18n/en/**', 'tests/**'], rules: { 'max-lines': 'off' } }
);

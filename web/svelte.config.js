import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/**
 * SvelteKit's live region for page changes is hidden by a style attribute, which the content security policy refuses.
 * `app.css` hides it instead.
 */
const withoutInlineStyle = {
	/** @param {{ content: string, filename?: string }} options */
	markup: ({ content, filename }) =>
		filename?.endsWith('generated/root.svelte') ? { code: content.replace(/ style="[^"]*"/g, '') } : undefined
};

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: [withoutInlineStyle, vitePreprocess()],
	compilerOptions: { runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true) },
	kit: {
		adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html', strict: false }),
		paths: { relative: false },
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['self'],
				'script-src': ['self'],
				'style-src': ['self'],
				// Where files are stored is known to the server alone: the policy in its header narrows these two.
				'img-src': ['self', 'data:', 'blob:', 'https:', 'http:'],
				'font-src': ['self'],
				'connect-src': ['self', 'https:', 'http:'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'form-action': ['self']
			}
		},
		typescript: {
			config: (config) => {
				config.include.push('../tests/**/*.ts', '../*.ts', '../*.js');
				return config;
			}
		}
	}
};

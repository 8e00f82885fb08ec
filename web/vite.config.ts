import tailwindcss from '@tailwindcss/vite';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

const api = process.env.SEXTANT_API ?? 'http://127.0.0.1:8000';

export default defineConfig({
	plugins: [tailwindcss(), sveltekit()],
	server: {
		proxy: {
			'/api': { target: api },
			'/ws': { target: api, ws: true }
		}
	},
	test: {
		environment: 'node',
		include: ['tests/**/*.test.ts']
	}
});

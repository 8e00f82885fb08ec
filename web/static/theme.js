// Runs before the first paint, so that a stored choice never flashes the other theme.
(function () {
	var choice = null;
	try {
		choice = localStorage.getItem('sextant.theme');
	} catch {
		// Storage may be blocked; the system preference then decides.
	}
	var dark = choice ? choice === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
	document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();

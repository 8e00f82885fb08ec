/** What the page is called: in the window's title, and to whoever has it read aloud on coming to it. */
class PageTitle {
	text = $state('');

	/** For a component that is being set up: the name holds as long as it is shown. */
	show(title: () => string): void {
		$effect(() => {
			const own = title();
			this.text = own;
			return () => {
				// The next page may have put its own there already.
				if (this.text === own) this.text = '';
			};
		});
	}
}

export const pageTitle = new PageTitle();

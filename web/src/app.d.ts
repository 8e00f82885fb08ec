declare global {
	namespace App {
		interface Error {
			message: string;
		}
		interface PageState {
			/** Text handed to the composer of the next page, for instance a slot that was chosen. */
			draft?: string;
			/** A panel covers the conversation: going back closes it. */
			panel?: true;
		}
	}
}

export {};

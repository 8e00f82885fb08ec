/** Words of match lists. */
export const matches = {
	'matches.title': 'Matching CTOs',
	'matches.found': { one: '{count} CTO who fits', other: '{count} CTOs who fit' },
	'matches.far': 'Nobody close to this',
	'matches.none': 'Nobody fits all of that',
	'matches.order': 'Best match first',
	'matches.closest': 'These come closest',
	'matches.changes': 'What would change the list',
	'matches.score': 'Match: {score} out of 100',
	'matches.gap': 'Missing:',
	'matches.next': 'Next free',
	'matches.no-slots': 'No free time to book at the moment',
	'matches.book': 'Book {name} on {day} at {time}.',
	'matches.book.label': 'Ask to book {name}:',
	'matches.compare': 'Compare side by side',
	'matches.gone': 'No longer available',
	'matches.gone.why': 'Takes no calls at the moment.',
	'matches.factors': 'How the score comes about',
	'matches.factor.points': '{points} of {most} points',
	'matches.factor.yours': 'You: {text}',
	'matches.factor.theirs': 'Profile: {text}',
	'matches.factor.total': 'The points add up to the score, {score} of 100. What you said nothing about does not count.'
} as const;

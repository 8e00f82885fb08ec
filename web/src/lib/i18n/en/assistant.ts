/** Words about answers of the assistant: versions, ratings, limits. */
export const assistant = {
	'answer.actions': 'About this reply',
	'answer.again': 'Answer again',
	'answer.copy': 'Copy',
	'answer.copied': 'Copied',
	'answer.up': 'Good reply',
	'answer.down': 'Bad reply',
	'answer.rated': 'Thank you. That helps to make replies better.',
	'answer.comment.title': 'What was wrong with it?',
	'answer.comment.label': 'Your comment',
	'answer.comment.hint': 'Wrong figures, not what you asked, too long… In your own words; you may also leave it empty.',
	'answer.comment.send': 'Send comment',
	'answer.stopped': 'This reply was stopped before it began.',

	'message.edit': 'Edit',
	'message.edit.label': 'Edit your message',
	'message.edit.note': 'What followed stays as another version.',
	'message.edit.save': 'Send',
	'message.edit.cancel': 'Cancel',

	'version.label': 'Versions',
	'version.at': '{at} / {count}',
	'version.previous': 'Previous version',
	'version.next': 'Next version',

	'action-card.send': 'Send message',
	'action-card.pay': 'Pay {price}',
	'action-card.cancel': 'Cancel the call',
	'action-card.done': 'Done',
	'action-card.text': 'Message text',
	'action-card.refund': '{price} goes back to the client.',
	'action-card.no-refund': 'Nothing is paid back for this call.',

	'catch-up.title': 'What you missed',
	'catch-up.count': { one: '{count} message', other: '{count} messages' },

	'quota.left': { one: '{count} message left today', other: '{count} messages left today' },
	'quota.over': 'Today’s messages are used up. It goes on at {time}.',
	'quota.month': 'This month’s use of the assistant is used up. It goes on on {day}.',
	'quota.near': 'This month’s use of the assistant is almost used up.',
	'quota.sign-up': 'Sign up for more',
	'quota.unasked': 'The assistant was not asked.',
	'quota.unasked.mine': 'The assistant will not answer this, as your plan was used up.',
	'quota.unasked.until': 'The assistant will not answer this, as your plan is used up. You can ask it again from {moment}.',
	'quota.unasked.now': 'The assistant will not answer this, as your plan was used up. You can ask it again now.'
} as const;

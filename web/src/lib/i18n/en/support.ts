/** Help from the operators, and their side of it. */
export const support = {
	'nav.help': 'Help',
	'support.opening': 'Opening your conversation with us …',
	'admin.support.title': 'Help requests',
	'admin.support.none': 'Nobody has asked for help.',
	'admin.support.enter': 'Join the conversation',
	'admin.support.open': 'Open the conversation',
	'admin.support.waiting': 'Waits for an answer',
	'admin.support.with': 'With {names}',
	'admin.support.alone': 'No operator is there',
	'support.title': 'Help: {name}'
} as const;

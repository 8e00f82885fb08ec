/** The shapes of the API, as the app names them. */
export interface Money {
	amount: number;
	currency: string;
}

export interface Card {
	type: string;
	data: Record<string, unknown>;
}

export interface User {
	id: string;
	email: string | null;
	email_verified: boolean;
	name: string;
	role: string;
	timezone: string;
	locale: string;
	avatar_url: string | null;
	is_demo: boolean;
}

export interface Member {
	user_id: string;
	name: string;
	role: string;
	account_role: string;
	avatar_url: string | null;
	is_demo: boolean;
	joined_at: string;
	read_seq: number;
}

export interface Message {
	id: string;
	room_id: string;
	seq: number;
	no: number;
	sender_id: string;
	kind: string;
	text: string;
	cards: Card[];
	client_id: string;
	reply_to: string | null;
	created_at: string;
	edited_at: string | null;
	deleted_at: string | null;
	turn_id: string | null;
	meta: { status?: 'complete' | 'stopped' | 'failed'; model?: string; notices?: string[] };
}

export interface Room {
	id: string;
	kind: 'assistant' | 'direct' | 'project' | 'support';
	title: string;
	project_id: string | null;
	created_by: string;
	created_at: string;
	last_seq: number;
	last_message_at: string | null;
	unread: number;
	read_seq: number;
	members: Member[];
	last_message: Message | null;
}

export type ProposalStatus = 'open' | 'confirmed' | 'declined' | 'expired' | 'failed';

export interface Proposal {
	id: string;
	room_id: string;
	user_id: string;
	kind: string;
	title: string;
	status: ProposalStatus;
	payload: Record<string, unknown>;
	outcome: Record<string, unknown> | null;
	expires_at: string;
	created_at: string;
	resolved_at: string | null;
}

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

export interface Payment {
	id: string;
	purpose: string;
	reference_id: string;
	amount: Money;
	refunded: Money;
	description: string;
	status: 'open' | 'paid' | 'partly_refunded' | 'refunded' | 'expired';
	pay_until: string | null;
}

export interface BookingDraft {
	expert_id: string;
	expert_name: string;
	starts_at: string;
	minutes: number;
	timezone: string;
	price: Money;
	agenda: string;
}

export type BookingStatus = 'held' | 'confirmed' | 'cancelled' | 'expired' | 'completed' | 'refunded';

export interface Booking {
	id: string;
	status: BookingStatus;
	expert_id: string;
	expert_user_id: string;
	expert_name: string;
	client_id: string;
	client_name: string;
	starts_at: string;
	ends_at: string;
	minutes: number;
	timezone: string;
	agenda: string;
	price: Money;
	project_id: string | null;
	room_id: string | null;
	payment_id: string | null;
	hold_expires_at: string;
	created_at: string;
	refund: 'none' | 'due' | 'done';
}

export interface Slots {
	expert_id: string;
	/** Only on a card. */
	expert_name?: string;
	timezone: string;
	minutes: number;
	price: Money;
	starts: string[];
}

export interface ExpertCard {
	id: string;
	user_id: string;
	slug: string;
	name: string;
	avatar_url: string | null;
	headline: string;
	country: string;
	timezone: string;
	languages: string[];
	industries: string[];
	skills: { skill: string; name: string; years: number; level: number }[];
	rate: Money;
	years: number;
	rating: number | null;
	rating_count: number;
	is_bookable: boolean;
	is_demo: boolean;
}

export interface Expert extends ExpertCard {
	story: string;
	stages: string[];
	engagements: string[];
	roles: { title: string; company: string; from_year: number; to_year: number | null; outcomes: string[] }[];
	links: { kind: string; url: string }[];
	response_minutes: number | null;
}

export interface Match {
	expert: ExpertCard;
	score: number;
	factors: { key: string; label: string; weight: number; value: number; points: number; brief: string | null; profile: string | null }[];
	reasons: string[];
	strengths: string[];
	gaps: string[];
	missing: string[];
	slots: string[];
	overlap_hours: number;
	rate: Money;
	is_available: boolean;
}

export interface MatchList {
	id: string;
	created_at: string;
	summary: string;
	items: Match[];
	closest: Match[];
	changes: { kind: string; text: string; adds: number }[];
	founder_timezone: string;
}

export interface Meta {
	environment: string;
	stand_ins: { vendor: string; url: string | null; note: string }[];
	model: string;
	demo_accounts: { email: string; password: string; role: string; name: string }[];
}

export type Level = 'low' | 'medium' | 'high';

export interface Evidence {
	kind: 'stated' | 'assumption' | 'computed';
	field: string;
	text: string;
	message_id: string | null;
}

export interface Analysis {
	id: string;
	project_id: string;
	version: number;
	created_at: string;
	engine: string;
	narrative: string | null;
	summary: string;
	health: {
		score: number;
		rubric_version: number;
		factors: { key: string; name: string; score: number; weight: number; points: number; reason: string; evidence: Evidence[] }[];
	};
	complexity: { level: Level; function_points: number; reason: string; evidence: Evidence[] };
	timeline: {
		p50_weeks: number;
		p80_weeks: number;
		stated_weeks: number | null;
		chance: number | null;
		team_size: number;
		reason: string;
		evidence: Evidence[];
	};
	budget: {
		p50: Money;
		p80: Money;
		stated: Money | null;
		chance: number | null;
		hours_p50: number;
		hours_p80: number;
		reason: string;
		evidence: Evidence[];
	};
	technologies: { slug: string; name: string; role: string; reason: string; evidence: Evidence[] }[];
	risks: { key: string; title: string; severity: Level; likelihood: Level; mitigation: string; evidence: Evidence[] }[];
	recommendations: { key: string; title: string; detail: string; priority: Level; effect: number; evidence: Evidence[] }[];
	assumptions: { key: string; text: string; field: string }[];
	differences: { key: string; label: string; before: string | null; after: string | null; change: 'better' | 'worse' | 'neutral'; text: string }[];
}

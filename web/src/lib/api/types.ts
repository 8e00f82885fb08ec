/** The shapes of the API under the names that the app uses. They are generated: see `npm run api:types`. */
import type { components } from './schema';

type Schemas = components['schemas'];
/** In answers every field is there; defaults concern requests only. */
type Complete<T> = T extends (infer Item)[] ? Complete<Item>[] : T extends object ? { [Key in keyof T]-?: Complete<Exclude<T[Key], undefined>> } : T;
type Answer<Name extends keyof Schemas> = Complete<Schemas[Name]>;

export type Money = Schemas['Money'];
export type Card = Schemas['Card'];
export type User = Answer<'UserRead'>;
export type Member = Answer<'MemberRead'>;
export type Message = Omit<Answer<'MessageRead'>, 'meta'> & { meta: MessageMeta };
export type Room = Omit<Answer<'RoomRead'>, 'last_message'> & { last_message: Message | null };
export type Proposal = Answer<'ProposalRead'>;
export type Payment = Answer<'PaymentRead'>;
export type Booking = Answer<'BookingRead'>;
export type BookingStatus = Booking['status'];
export type ExpertCard = Answer<'ExpertCard'>;
export type Expert = Answer<'ExpertRead'>;
export type Match = Answer<'Match'>;
export type MatchList = Answer<'MatchList'>;
export type Meta = Answer<'Meta'>;
export type Level = Schemas['Level'];
export type Analysis = Answer<'AnalysisRead'>;
/** On a card the times come with the name of whose they are. */
export type Slots = Answer<'SlotsRead'> & { expert_name?: string };

/** What the server says about a message of the assistant. */
export interface MessageMeta {
	status?: 'complete' | 'stopped' | 'failed';
	model?: string;
	notices?: string[];
}

/** The payload of a proposal of kind `booking`. */
export interface BookingDraft {
	expert_id: string;
	expert_name: string;
	starts_at: string;
	minutes: number;
	timezone: string;
	price: Money;
	agenda: string;
}

/** The shapes of the API under the names that the app uses. They are generated: see `npm run api:types`. */
import type { components } from './schema';

type Schemas = components['schemas'];
/** In answers every field is there; defaults concern requests only. */
type Complete<T> = T extends (infer Item)[] ? Complete<Item>[] : T extends object ? { [Key in keyof T]-?: Complete<Exclude<T[Key], undefined>> } : T;
type Answer<Name extends keyof Schemas> = Complete<Schemas[Name]>;

export type Money = Schemas['Money'];
export type Card = Schemas['Card'];
export type User = Answer<'UserRead'>;
/** One's own account with what the settings need to know. */
export type Account = Answer<'MeRead'>;
export type Provider = Schemas['Provider'];
export type SecondFactor = Schemas['SecondFactorNeeded']['methods'][number];
export type Device = Answer<'SessionInfo'>;
export type Identity = Answer<'IdentityRead'>;
export type Passkey = Answer<'PasskeyRead'>;
export type TotpSetup = Schemas['TotpSetup'];
export type Scope = Schemas['Scope'];
export type ApiToken = Answer<'ApiTokenRead'>;
export type NewApiToken = Answer<'ApiTokenCreated'>;
export type SecurityEvent = Answer<'AuditRead'>;
export type Member = Answer<'MemberRead'>;
export type Message = Omit<Answer<'MessageRead'>, 'meta'> & { meta: MessageMeta };
export type Unanswered = Answer<'Unanswered'>;
export type Attachment = Answer<'AttachmentRead'>;
export type LinkPreview = Answer<'LinkPreview'>;
export type FileInfo = Answer<'FileRead'>;
export type Upload = Answer<'UploadRead'>;
export type Room = Omit<Answer<'RoomRead'>, 'last_message'> & { last_message: Message | null };
export type ReviewReport = Answer<'ReportRead'>;
export type RoomReport = Answer<'RoomReportRead'>;
export type SupportRoom = Answer<'SupportRoomRead'>;
export type Branch = Answer<'BranchRead'>;
export type QuotaRead = Answer<'QuotaRead'>;
export type Feedback = Answer<'FeedbackRead'>;
export type Found = Omit<Answer<'FoundMessage'>, 'message'> & { message: Message };
export type Invitation = Answer<'InvitationRead'>;
export type InvitationPreview = Answer<'InvitationPreview'>;
export type Proposal = Answer<'ProposalRead'>;
export type Notification = Answer<'NotificationRead'>;
export type NotificationPage = Answer<'NotificationPage'>;
export type NotificationChoice = Answer<'ChoiceRead'>;
export type Unsubscription = Answer<'UnsubscriptionRead'>;
export type MailState = Answer<'MailState'>;
export type PushState = Answer<'PushState'>;
export type Payment = Answer<'PaymentRead'>;
export type Booking = Answer<'BookingRead'>;
export type BookingStatus = Booking['status'];
export type ExpertCard = Answer<'ExpertCard'>;
export type Expert = Answer<'ExpertRead'>;
export type ExpertPage = Answer<'ExpertPage'>;
export type Facets = Answer<'Facets'>;
export type SavedExpert = Answer<'SavedExpert'>;
export type MyProfile = Answer<'MyProfile'>;
export type Completeness = Answer<'Completeness'>;
export type ProfilePatch = Schemas['ProfilePatch'];
export type ProfileStatus = Schemas['MyProfile']['status'];
export type ResumeReading = Answer<'ResumeReading'>;
export type Availability = Answer<'AvailabilityRead'>;
export type Review = Answer<'ReviewRead'>;
export type ReviewPage = Answer<'ReviewPage'>;
export type CallReviews = Answer<'CallReviews'>;
export type Submission = Answer<'Submission'>;
export type Vocabulary = Answer<'Vocabulary'>;
export type Match = Answer<'Match'>;
export type MatchList = Answer<'MatchList'>;
export type Meta = Answer<'Meta'>;
export type Project = Omit<Answer<'ProjectRead'>, 'brief'> & { brief: Brief };
export type Brief = Answer<'ProjectBrief'>;
export type Level = Schemas['Level'];
export type Analysis = Answer<'AnalysisRead'>;
/** On a card the times come with the name of whose they are. */
export type Slots = Answer<'SlotsRead'> & { expert_name?: string };

/** What the server says about a message of the assistant. */
export interface MessageMeta {
	status?: 'complete' | 'stopped' | 'failed';
	model?: string;
	notices?: string[];
	/** It names the assistant, which was not asked: the sender's plan was used up. */
	assistant?: 'not_asked';
}

/** What a proposal of another kind than `booking` carries: fields of its kind. */
export interface ActionDraft {
	text?: string;
	description?: string;
	price?: Money;
	refund?: Money | null;
	starts_at?: string;
	timezone?: string;
}

/** What was missed in a room: how much, and the messages that seem to matter. */
export interface CatchUp {
	count: number;
	items: { message_id: string; seq: number; name: string; text: string; at: string }[];
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

/** A sum of the brief: one figure, a range, or a bound. */
export interface BriefBudget {
	low: Money | null;
	high: Money | null;
	kind: 'total' | 'monthly' | 'hourly_cap';
	approximate: boolean;
}

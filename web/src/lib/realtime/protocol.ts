/** Frames of realtime protocol v1, on the generated types (`frames.d.ts`), as this client uses them. */
import type { Branch, Card, Member, Message, Proposal, Unanswered } from '$lib/api/types';
import type { components } from './frames';

type Frames = components['schemas'];
type With<Name extends keyof Frames, Fields> = Omit<Frames[Name], keyof Fields> & Fields;

export const SUBPROTOCOL = 'sextant.v1';

export const CLOSE = { unauthenticated: 4001, slow: 4008, limits: 4009, restart: 1012 } as const;

export type Welcome = Frames['Welcome'];
export type ErrorFrame = Frames['Error'] & Record<string, unknown>;
export type Ack = Frames['Ack'] & { room?: string; seq?: number; message?: Message; duplicate?: boolean; unanswered?: Unanswered };

export type TurnTool = Pick<Frames['TurnTool'], 'call' | 'name' | 'label' | 'state'> & { card?: Card | null };
export type TurnStatus = Frames['TurnEnded']['status'];

/** Events of a room that are stored: gapless in `seq`. Whatever is done to a message brings it as it is now. */
export type DurableEvent =
	| With<'MessageCreated', { type: 'message.created' | 'message.edited' | 'message.deleted' | 'reaction.changed' | 'pin.changed'; message: Message }>
	| With<'MemberJoined', { type: 'member.joined' | 'member.updated'; member: Member }>
	| Frames['MemberLeft']
	| With<'ProposalCreated', { type: 'proposal.created' | 'proposal.resolved'; proposal: Proposal }>
	| Frames['RoomUpdated']
	| With<'BranchSelected', { branches: Branch[] }>;

export type RoomEphemeral =
	| Frames['TurnStarted']
	| Frames['TurnDelta']
	| With<'TurnTool', { card?: Card | null }>
	| Frames['TurnNotice']
	| Frames['TurnEnded']
	| Frames['TypingEvent']
	| Frames['Receipt']
	| Frames['Presence']
	| Frames['Reset'];

export type RoomEvent = DurableEvent | RoomEphemeral;

/** Events for the person, which need no subscription. */
export type PersonEvent = Frames['Unread'] | Frames['RoomActivity'] | Frames['RoomAdded'] | Frames['RoomRemoved'] | Frames['RoomSettingsChanged'] | Frames['Draft'] | Frames['AccountChanged'] | Frames['ProfileChanged'] | Frames['ReviewsPublished'] | Frames['BookingChanged'] | Frames['PaymentChanged'] | Frames['Notification'] | Frames['NotificationsRead'];

export type ServerFrame = Welcome | Ack | ErrorFrame | Frames['Closing'] | RoomEvent | PersonEvent;

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A command; the connection adds its `id`. */
export type Command = Unnumbered<
	Frames['Subscribe'] | Frames['Unsubscribe'] | Frames['MessageSend'] | Frames['Read'] | Frames['Typing'] | Frames['TurnStop'] | Frames['MessageEdit'] | Frames['MessageDelete'] | Frames['ReactionSet'] | Frames['PinSet'] | Frames['DraftSet'] | Frames['AnswerAgain'] | Frames['MessageRevise'] | Frames['BranchSelect'] | Frames['Ping']
>;

const PERSONAL = new Set(['unread', 'room.activity', 'room.added', 'room.removed', 'room.settings', 'draft', 'account.changed', 'profile.changed', 'reviews.published', 'booking.changed', 'payment.changed', 'notification', 'notifications.read']);

export function isPersonal(event: RoomEvent | PersonEvent): event is PersonEvent {
	return PERSONAL.has(event.type);
}

export function isDurable(event: RoomEvent): event is DurableEvent {
	return 'seq' in event && 'at' in event;
}

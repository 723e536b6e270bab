export type { Inbox, InboxReport } from './inbox/inbox';
export type { InboxCounts } from './inbox/medium-inbox';
export type { FarMedium, MessageOf, ReceivedEmail, ReceivedPush, ReceivedSms, ReceivedWebPush } from './inbox/messages';
export { type FarEndEndpoints, type FarEndOptions, type FarEnds, startFarEnds } from './start-far-ends';

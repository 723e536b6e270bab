import type { ShowTrigger } from '@libs/delivery';

/** A message in somebody's inbox, as the SDK gets it. */
export interface InboxView {
  id: string;
  /** `style`, `title`, `body` and, where given, `iconUrl`, `imageUrl`, `url`. */
  content: Record<string, unknown>;
  createdAt: Date;
  expiresAt: Date;
  isOpened: boolean;
  isClicked: boolean;
}

/** A page of an inbox, newest first. */
export interface InboxPage {
  messages: InboxView[];
  /** Messages of the whole inbox that were not opened. */
  unread: number;
  /** Where the next page starts; null at the end. */
  next: string | null;
}

/** A message that an app or site may show now. */
export interface InAppView {
  id: string;
  /** `style`, `title`, `body` and, where given, `html`, `imageUrl`, `url`, `buttons`. */
  content: Record<string, unknown>;
  trigger: ShowTrigger;
  expiresAt: Date;
  /** How often it may still come up, this time included. */
  displaysLeft: number;
}

/** What happened in the app; null when it only asks what events of the server brought. */
export type Moment = { kind: 'SESSION_START' } | { kind: 'SDK_EVENT'; event: string } | null;

/** What an installation reports of a kept message. */
export type KeptDeed = 'delivered' | 'displayed' | 'opened' | 'clicked' | 'dismissed' | 'deleted';

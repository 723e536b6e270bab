import type { Medium } from '@libs/delivery';
import type { ChannelKind, ChannelState } from './channel-kind';

/** An Optimove channel as other modules see it. */
export interface ChannelView {
  id: string;
  projectId: string;
  connectionId: string;
  kind: ChannelKind;
  name: string;
  /** Optimove's own number of the channel. */
  optimoveChannelId: number;
  state: ChannelState;
  /** What its campaigns may use. */
  media: Medium[];
  /** Minutes over which the messages of one scheduled time go out. */
  spreadMinutes: number;
}

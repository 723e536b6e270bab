import { systemClock } from '@libs/foundation';
import type { PushMessage } from '../../contract';
import { given } from './given';

/** What Apple reads of a message beside its texts; undefined when nothing is said. */
export function apsOf({
  sound,
  badge,
  category,
  threadId,
  imageUrl,
  cover,
}: PushMessage): Record<string, unknown> | undefined {
  return given({
    sound,
    badge,
    category,
    'thread-id': threadId,
    // A picture is loaded, and what is encrypted opened, by the app's extension, which runs for mutable content only.
    'mutable-content': imageUrl || cover ? 1 : undefined,
  });
}

/** Until when Apple tries, as it wants to read it; undefined leaves that to Apple. */
export function expirationOf({ ttlSeconds }: PushMessage): string | undefined {
  return ttlSeconds === undefined ? undefined : String(Math.floor(systemClock.now().getTime() / 1_000) + ttlSeconds);
}

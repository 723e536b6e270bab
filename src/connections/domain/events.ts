import { defineEvent } from '@libs/platform';

/** A connection was deleted; whoever registered something at Optimove for it takes that back. */
export const connectionDeleted = defineEvent<{ connectionId: string }>('connections.connection-deleted');

/** A connection finds profiles by another attribute from now on; `at` tells one change from the next. */
export const userIdAttributeChanged = defineEvent<{ connectionId: string; at: string }>(
  'connections.user-id-attribute-changed',
);

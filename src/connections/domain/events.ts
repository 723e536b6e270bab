import { defineEvent } from '@libs/platform';

/** A connection was deleted; whoever registered something at Optimove for it takes that back. */
export const connectionDeleted = defineEvent<{ connectionId: string }>('connections.connection-deleted');

/** A connection that was disabled is in use again; `at` tells one change from the next. */
export const connectionEnabled = defineEvent<{ connectionId: string; at: string }>('connections.connection-enabled');

/** A connection has another API token; `at` tells one change from the next. */
export const tokenReplaced = defineEvent<{ connectionId: string; at: string }>('connections.token-replaced');

/**
 * The calls of Optimove that came to the connection `formerId` come to this one from now on: the former was disabled or
 * moved to another account. A connection that was moved is told of itself. `at` tells one change from the next.
 */
export const callsTakenOver = defineEvent<{ connectionId: string; formerId: string; at: string }>(
  'connections.calls-taken-over',
);

/** A connection finds profiles by another attribute from now on; `at` tells one change from the next. */
export const userIdAttributeChanged = defineEvent<{ connectionId: string; at: string }>(
  'connections.user-id-attribute-changed',
);

/**
 * A connection was moved to another account: what was learnt from the former one, and told to it, means nothing there.
 * `at` tells one move from the next.
 */
export const accountLeft = defineEvent<{ connectionId: string; at: string }>('connections.account-left');

import { defineEvent } from '@libs/platform';

/** A connection was deleted; whoever registered something at Optimove for it takes that back. */
export const connectionDeleted = defineEvent<{ connectionId: string }>('connections.connection-deleted');

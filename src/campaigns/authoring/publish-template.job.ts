import { defineJob, subscribe } from '@libs/platform';
import { connectionDeleted, tokenReplaced } from '@modules/connections';
import type { PublicationTicket } from '../persistence/authoring/publication.repository';

/** Makes Optimove show, rename or forget a template, as its publication wants it at that revision. */
export const publishTemplateJob = defineJob<PublicationTicket>({
  queue: 'campaigns.publish-template',
  id: ({ publicationId, revision }) => `${publicationId}_${revision}`,
  backoffMs: 2_000,
});

/** Takes the templates of a deleted connection back. */
export const withdrawTemplatesJob = defineJob<{ connectionId: string }>({
  queue: 'campaigns.withdraw-templates',
  id: ({ connectionId }) => `${connectionId}_deleted`,
});

/** Tells Optimove with another token what it is still to be told of a connection; `at` tells one token from the next. */
export const tellWithTokenJob = defineJob<{ connectionId: string; at: string }>({
  queue: 'campaigns.tell-with-token',
  id: ({ connectionId, at }) => `${connectionId}_${at}`,
});

subscribe(connectionDeleted, withdrawTemplatesJob);
subscribe(tokenReplaced, tellWithTokenJob);

import { HandlesJob, JobHandler } from '@libs/platform';
import type { PublicationTicket } from '../persistence/authoring/publication.repository';
import { PublishTemplate } from './publish-template';
import { publishTemplateJob } from './publish-template.job';

/** Runs {@link publishTemplateJob}. */
@HandlesJob(publishTemplateJob)
export class PublishTemplateHandler extends JobHandler<PublicationTicket> {
  constructor(private readonly publishTemplate: PublishTemplate) {
    super();
  }

  handle(ticket: PublicationTicket): Promise<void> {
    return this.publishTemplate.run(ticket);
  }
}

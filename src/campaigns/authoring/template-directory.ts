import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { PublicationRepository } from '../persistence/authoring/publication.repository';

const biggestTemplateId = 2_147_483_647;

/** Which of our versions stands behind a template that Optimove names. */
@Injectable()
export class TemplateDirectory {
  constructor(private readonly publications: PublicationRepository) {}

  /**
   * The version of each template as it is live now, or was when its template was withdrawn. Ids that are not ours are
   * left out. Both sides are Optimove's template ids as text.
   */
  async find(
    tx: Tx,
    wanted: { connectionId: string; optimoveChannelId: number; optimoveTemplateIds: string[] },
  ): Promise<Map<string, string>> {
    const optimoveTemplateIds = wanted.optimoveTemplateIds.filter((id) => /^[1-9]\d{0,9}$/.test(id)).map(Number);
    const rows = await this.publications.versionsOf(tx, {
      ...wanted,
      optimoveTemplateIds: optimoveTemplateIds.filter((id) => id <= biggestTemplateId),
    });
    return new Map(rows.map(({ templateId, versionId }) => [templateId, versionId]));
  }

  /** Templates of a channel that are live, as text. */
  live(tx: Tx, channel: { connectionId: string; optimoveChannelId: number }): Promise<string[]> {
    return this.publications.liveTemplates(tx, channel);
  }

  /** Templates of a channel that are withdrawn, as text. */
  withdrawn(tx: Tx, channel: { connectionId: string; optimoveChannelId: number }): Promise<string[]> {
    return this.publications.withdrawnTemplates(tx, channel);
  }
}

import { Transactions } from '@libs/platform';
import { DeliveryService } from '@modules/channels';
import type { ConnectionView } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { TemplateDirectory } from '../authoring/template-directory';
import { Versions } from '../authoring/versions';
import { type CompiledContent, compileContent } from '../domain/content/compile-content';
import { LimitsReader } from '../limits/limits-in-force';
import type { RehearsalContext } from './rehearse';

/** What a rehearsal is about. */
export interface Rehearsal {
  id: string;
  connection: ConnectionView;
  optimoveChannelId: number;
  templateIds: string[];
}

/** Makes the context of a rehearsal from what is live now. */
@Injectable()
export class RehearsalContexts {
  constructor(
    private readonly transactions: Transactions,
    private readonly directory: TemplateDirectory,
    private readonly versions: Versions,
    private readonly matching: MatchingService,
    private readonly delivery: DeliveryService,
    private readonly limits: LimitsReader,
  ) {}

  async open({ id, connection, optimoveChannelId, templateIds }: Rehearsal): Promise<RehearsalContext> {
    const tx = this.transactions.pool;
    const wanted = { connectionId: connection.id, optimoveChannelId, optimoveTemplateIds: templateIds };
    const found = await this.directory.find(tx, wanted);
    const contents = new Map<string, CompiledContent | null>();
    const segments: RehearsalContext['segments'] = new Map();
    const attributes = new Set(this.matching.requiredAttributes(connection));
    for (const templateId of templateIds) {
      const versionId = found.get(templateId);
      const version = versionId ? await this.versions.get(tx, versionId) : null;
      const content = version && compileContent(version.content);
      contents.set(templateId, content);
      if (version?.segment) segments.set(templateId, version.segment);
      for (const name of content?.optimoveAttributes ?? []) attributes.add(name);
    }
    const media = [...new Set([...contents.values()].flatMap((content) => content?.media ?? []))];
    const senders = await this.delivery.mediaWithAccount(connection.projectId, media);
    const limits = await this.limits.read({ projectId: connection.projectId, isTriggered: false, contents });
    return {
      execution: { id, attributes: [...attributes] },
      connection,
      contents,
      segments,
      senders,
      // What a quiet hour keeps goes out after it: at which hour the campaign will run is not rehearsed.
      limits: { ...limits, quietHours: null },
    };
  }
}

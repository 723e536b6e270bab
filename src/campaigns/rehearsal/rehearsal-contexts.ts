import { Transactions } from '@libs/platform';
import { DeliveryService } from '@modules/channels';
import type { ConnectionView } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { TemplateDirectory } from '../authoring/template-directory';
import { Versions } from '../authoring/versions';
import type { CampaignContent } from '../domain/content/campaign-content';
import { type CompiledContent, compileContent } from '../domain/content/compile-content';
import { LimitsReader } from '../limits/limits-in-force';
import { directTemplate } from '../persistence/ledger/direct-execution.repository';
import type { RehearsalContext } from './rehearse';

/** A list of Optimove to rehearse. */
export interface ListToRehearse {
  id: string;
  connection: ConnectionView;
  optimoveChannelId: number;
  templateIds: string[];
}

/** A Direct campaign to rehearse. */
export interface DirectToRehearse {
  id: string;
  projectId: string;
  /** The campaign's id, which settles variants and its control group as in a real execution. */
  campaignId: string;
  /** With the texts of its snippets. */
  content: CampaignContent;
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

  async open({ id, connection, optimoveChannelId, templateIds }: ListToRehearse): Promise<RehearsalContext> {
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
    const { projectId } = connection;
    const shared = await this.shared(projectId, contents);
    return { ...shared, projectId, execution: { id, attributes: [...attributes] }, connection, contents, segments };
  }

  async openDirect({ id, projectId, campaignId, content }: DirectToRehearse): Promise<RehearsalContext> {
    const contents = new Map([[directTemplate, compileContent(content)]]);
    const shared = await this.shared(projectId, contents);
    const execution = { id, attributes: [] };
    const own = { choiceName: campaignId, connection: null, segments: new Map() };
    return { ...shared, ...own, projectId, execution, contents };
  }

  private async shared(
    projectId: string,
    contents: RehearsalContext['contents'],
  ): Promise<Pick<RehearsalContext, 'senders' | 'limits'>> {
    const media = [...new Set([...contents.values()].flatMap((content) => content?.media ?? []))];
    const limits = await this.limits.read({ projectId, isTriggered: false, contents });
    return {
      senders: await this.delivery.accountsFor(projectId, media),
      // What a quiet hour keeps goes out after it: at which hour the campaign will run is not rehearsed.
      limits: { ...limits, quietHours: null },
    };
  }
}

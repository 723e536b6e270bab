import { launchCampaign, mutate } from '../campaign-stage';
import { eventually } from '../eventually';
import { inTurns } from './phones';
import { type RoadMedium, type RoadOrigin, roadPeople, roads } from './roads';
import { contentOf, type RoadsWorld } from './roads-world';

/** One execution of a launch. */
export interface Road {
  origin: RoadOrigin;
  executionId: string;
  media: readonly RoadMedium[];
}

interface Template {
  channelId: number;
  templateId: number;
}

interface Execution {
  id: string;
  state: string;
  frozenAt: string | null;
  holdReason: string | null;
  funnel: { received: number; ended: number };
}

/** Many executions are under way at once. */
const limitMs = 120_000;
const fields = 'id state frozenAt holdReason funnel { received ended }';

/** Sends to everybody over every medium, directly, as a scheduled campaign of Optimove and by its triggers. */
export class Launches {
  private launched = 0;

  private constructor(
    private readonly world: RoadsWorld,
    private readonly campaigns: Record<'app' | 'site' | 'triggered', Template>,
  ) {}

  static async prepare(world: RoadsWorld): Promise<Launches> {
    const add = async (kind: 'WEB_PUSH' | 'TRIGGERED', content: object): Promise<Template> => {
      const { graphql } = world.product;
      const { channel } = await mutate<{ channel: { id: string; optimoveChannelId: number } }>(
        graphql,
        'addChannel',
        'AddChannelInput',
        'channel { id optimoveChannelId }',
        {
          connectionId: world.stage.connectionId,
          kind,
          name: kind === 'TRIGGERED' ? 'Xtremepush Triggered' : 'Xtremepush Web',
        },
      );
      const { templateId } = await launchCampaign(graphql, { channelId: channel.id, name: kind, content });
      return { channelId: channel.optimoveChannelId, templateId: Number(templateId) };
    };
    return new Launches(world, {
      app: { channelId: world.stage.tenant.channels[0]?.id ?? 0, templateId: Number(world.stage.templateId) },
      site: await add('WEB_PUSH', contentOf('OPTIMOVE', true)),
      triggered: await add('TRIGGERED', contentOf('TRIGGERED')),
    });
  }

  /** Launches one of each and waits until all have their people. */
  async launch(): Promise<Road[]> {
    this.launched += 1;
    const [direct, app, site, triggered] = await Promise.all([
      this.launchDirect(),
      this.runAtOptimove(this.campaigns.app),
      this.runAtOptimove(this.campaigns.site),
      this.trigger(),
    ]);
    return [
      { origin: 'DIRECT', executionId: direct, media: roads.medium },
      { origin: 'OPTIMOVE', executionId: app, media: roads.medium.filter((medium) => medium !== 'WEB_PUSH') },
      { origin: 'OPTIMOVE', executionId: site, media: ['WEB_PUSH'] },
      { origin: 'TRIGGERED', executionId: triggered, media: roads.medium },
    ];
  }

  /** Waits until everybody has an end; of what waits for data, until it is held. */
  async end(sent: Road[], waits: (road: Road) => boolean): Promise<void> {
    for (const road of sent) {
      await this.until(road.executionId, ({ holdReason, funnel }) =>
        waits(road) ? holdReason !== null : funnel.ended === roadPeople.length,
      );
    }
  }

  pause(sent: Road[]): Promise<void> {
    return this.each(sent, 'pauseExecution', 'ExecutionIdInput');
  }

  resume(sent: Road[]): Promise<void> {
    return this.each(sent, 'resumeExecution', 'ExecutionIdInput');
  }

  /** Takes back what waits for devices. */
  forget(sent: Road[]): Promise<void> {
    return this.each(sent, 'stopShowing', 'ExecutionIdInput');
  }

  /** Ends what is held. */
  cancel(sent: Road[]): Promise<void> {
    return this.each(sent, 'cancelExecution', 'CancelExecutionInput');
  }

  /** Every hand-over that the ledger knows of. */
  handedOver(sent: Road[]): Promise<{ executionId: string; userId: string; medium: RoadMedium }[]> {
    return this.world.product.database.query(
      `SELECT d.execution_id AS "executionId", p.user_id AS "userId", d.medium
       FROM delivery d JOIN profile p ON p.id = d.profile_id WHERE d.execution_id = ANY($1::uuid[])`,
      [sent.map(({ executionId }) => executionId)],
    );
  }

  private each(sent: Road[], field: string, inputType: string): Promise<void> {
    return inTurns(sent, async ({ executionId: id }) => {
      await mutate(this.world.product.graphql, field, inputType, 'execution { id }', { id });
    });
  }

  private async launchDirect(): Promise<string> {
    const { graphql } = this.world.product;
    const { campaign } = await mutate<{ campaign: { id: string; version: number } }>(
      graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id version }',
      { name: `Direct ${this.launched}`, content: contentOf('DIRECT') },
    );
    await mutate(graphql, 'launchDirectCampaign', 'LaunchDirectCampaignInput', 'campaign { status }', campaign);
    const query = `query ($id: ID!) { directCampaign(id: $id) { executions { nodes { ${fields} } } } }`;
    return this.frozen(async () => {
      const { directCampaign } = await graphql<{ directCampaign: { executions: { nodes: Execution[] } } }>(query, {
        id: campaign.id,
      });
      return directCampaign.executions.nodes[0];
    });
  }

  private async runAtOptimove({ channelId, templateId }: Template): Promise<string> {
    const { control } = this.world.product;
    const path = `/tenants/${this.world.stage.tenant.id}/campaigns`;
    const campaign = await control<{ id: number }>('POST', path, {
      channelId,
      templateIds: [templateId],
      customers: { count: roadPeople.length, seed: 1 },
    });
    await control('POST', `${path}/${campaign.id}/run`, {});
    return this.frozen(() => this.ofOptimove(String(campaign.id)));
  }

  private async trigger(): Promise<string> {
    const campaignId = `t${this.launched}`;
    await this.world.product.control('POST', `/tenants/${this.world.stage.tenant.id}/trigger`, {
      ...this.campaigns.triggered,
      campaignId,
      customerIds: roadPeople.map(({ userId }) => userId),
    });
    return this.frozen(() => this.ofOptimove(campaignId));
  }

  private async ofOptimove(optimoveCampaignId: string): Promise<Execution | undefined> {
    const query = `query ($id: ID!, $campaign: String!) {
      executions(connectionId: $id, optimoveCampaignId: $campaign) { nodes { ${fields} } } }`;
    const { executions } = await this.world.product.graphql<{ executions: { nodes: Execution[] } }>(query, {
      id: this.world.stage.connectionId,
      campaign: optimoveCampaignId,
    });
    return executions.nodes[0];
  }

  /** An execution that has its people. */
  private async frozen(look: () => Promise<Execution | undefined>): Promise<string> {
    const hasPeople = async (): Promise<Execution | false | undefined> => {
      const execution = await look();
      return execution?.funnel.received === roadPeople.length && execution;
    };
    const found = await eventually('an execution has its people', hasPeople, limitMs);
    return found.id;
  }

  private async until(id: string, isIt: (execution: Execution) => boolean): Promise<void> {
    const query = `query ($id: ID!) { execution(id: $id) { ${fields} } }`;
    const isThere = async (): Promise<boolean> =>
      isIt((await this.world.product.graphql<{ execution: Execution }>(query, { id })).execution);
    await eventually('the execution comes so far', isThere, limitMs);
  }
}

import { launchCampaign, mutate } from '../campaign-stage';
import { eventually } from '../eventually';
import { inTurns } from './phones';
import { type Crowd, mediaOf, type RoadMedium, type RoadOrigin } from './roads';
import { contentOf, type RoadsWorld } from './roads-world';

/** One execution of a launch. */
export interface Road {
  origin: RoadOrigin;
  executionId: string;
  media: readonly RoadMedium[];
  crowd: Crowd;
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

/** Sends to all of a crowd over every medium, directly, as a scheduled campaign of Optimove, by its files and by its triggers. */
export class Launches {
  private launched = 0;

  private constructor(
    private readonly world: RoadsWorld,
    private readonly campaigns: Record<'app' | 'files' | 'site' | 'triggered', Template>,
  ) {}

  static async prepare(world: RoadsWorld): Promise<Launches> {
    const { graphql } = world.product;
    const write = async (name: string, channelId: string, content: object): Promise<number> =>
      Number((await launchCampaign(graphql, { channelId, name, content })).templateId);
    const add = async (kind: 'WEB_PUSH' | 'TRIGGERED', content: object): Promise<Template> => {
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
      return { channelId: channel.optimoveChannelId, templateId: await write(kind, channel.id, content) };
    };
    const { channelId: ownId, tenant, templateId } = world.stage;
    const channelId = tenant.channels[0]?.id ?? 0;
    await world.takeFiles(channelId);
    return new Launches(world, {
      app: { channelId, templateId: Number(templateId) },
      files: { channelId, templateId: await write('Files', ownId, contentOf('FILES', false)) },
      site: await add('WEB_PUSH', contentOf('OPTIMOVE', true)),
      triggered: await add('TRIGGERED', contentOf('TRIGGERED')),
    });
  }

  /** Launches one of each and waits until all have their people. */
  async launch(crowd: Crowd): Promise<Road[]> {
    this.launched += 1;
    const { app, files, site } = this.campaigns;
    const all = mediaOf('DIRECT');
    const withoutSites = mediaOf('FILES');
    const launched: Promise<Omit<Road, 'crowd'>>[] = [
      road({ origin: 'DIRECT', media: all }, this.launchDirect(crowd)),
      road({ origin: 'OPTIMOVE', media: withoutSites }, this.runAtOptimove(crowd, app)),
      road({ origin: 'OPTIMOVE', media: ['WEB_PUSH'] }, this.runAtOptimove(crowd, site)),
      road({ origin: 'TRIGGERED', media: all }, this.trigger(crowd)),
    ];
    if (crowd.origins.includes('FILES'))
      launched.push(
        road({ origin: 'FILES', media: withoutSites }, this.runAtOptimove(crowd, files, { byFiles: true })),
      );
    return (await Promise.all(launched)).map((each) => ({ ...each, crowd }));
  }

  /** Waits until everybody has an end; of what waits for data, until it is held. */
  async end(sent: Road[], waits: (road: Road) => boolean): Promise<void> {
    for (const road of sent) {
      await this.until(road.executionId, ({ holdReason, funnel }) =>
        waits(road) ? holdReason !== null : funnel.ended === road.crowd.people.length,
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

  private async launchDirect(crowd: Crowd): Promise<string> {
    const { graphql } = this.world.product;
    const rule = { kind: 'attribute', name: 'user_id', is: 'startsWith', value: `A${crowd.seed}` };
    const { campaign } = await mutate<{ campaign: { id: string; version: number } }>(
      graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id version }',
      {
        name: `Direct ${this.launched}`,
        content: contentOf('DIRECT'),
        segment: { rules: JSON.stringify({ rules: [rule] }) },
      },
    );
    await mutate(graphql, 'launchDirectCampaign', 'LaunchDirectCampaignInput', 'campaign { status }', campaign);
    const query = `query ($id: ID!) { directCampaign(id: $id) { executions { nodes { ${fields} } } } }`;
    return this.frozen(crowd, async () => {
      const { directCampaign } = await graphql<{ directCampaign: { executions: { nodes: Execution[] } } }>(query, {
        id: campaign.id,
      });
      return directCampaign.executions.nodes[0];
    });
  }

  private async runAtOptimove(crowd: Crowd, { channelId, templateId }: Template, how: object = {}): Promise<string> {
    const { control } = this.world.product;
    const path = `/tenants/${this.world.stage.tenant.id}/campaigns`;
    const campaign = await control<{ id: number }>('POST', path, {
      channelId,
      templateIds: [templateId],
      customers: { count: crowd.people.length, seed: crowd.seed },
    });
    await control('POST', `${path}/${campaign.id}/run`, how);
    return this.frozen(crowd, () => this.ofOptimove(String(campaign.id)));
  }

  private async trigger(crowd: Crowd): Promise<string> {
    const campaignId = `t${this.launched}`;
    await this.world.product.control('POST', `/tenants/${this.world.stage.tenant.id}/trigger`, {
      ...this.campaigns.triggered,
      campaignId,
      customerIds: crowd.people.map(({ userId }) => userId),
    });
    return this.frozen(crowd, () => this.ofOptimove(campaignId));
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
  private async frozen({ people }: Crowd, look: () => Promise<Execution | undefined>): Promise<string> {
    const hasPeople = async (): Promise<Execution | false | undefined> => {
      const execution = await look();
      return execution?.funnel.received === people.length && execution;
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

async function road(of: Pick<Road, 'origin' | 'media'>, launched: Promise<string>): Promise<Omit<Road, 'crowd'>> {
  return { ...of, executionId: await launched };
}

import type { World } from '../servers/world';
import type { ExecutedCampaign } from './callbacks';
import { content, GraphqlClient } from './graphql';

/** Direct campaigns to everybody, each launched once. */
export class DirectSide {
  readonly campaigns: ExecutedCampaign[] = [];
  private readonly graphql: GraphqlClient;

  constructor(private readonly world: World) {
    this.graphql = new GraphqlClient(world.apiUrl, String(world.api.said.key));
  }

  /** Writes and launches one. @throws when the api is away: what was launched without an answer is found in the sums. */
  async launch(): Promise<void> {
    const name = `Direct ${Date.now()}`;
    const { directCampaign: draft } = await this.graphql.mutate<{ directCampaign: { id: string; version: number } }>(
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'directCampaign { id version }',
      { name, content },
    );
    await this.graphql.mutate('launchDirectCampaign', 'LaunchDirectCampaignInput', 'directCampaign { id }', draft);
    const [profiles] = await this.world.observer.ask<{ count: number }>('SELECT count(*)::int AS count FROM profile');
    this.campaigns.push({ id: draft.id, announcing: 'direct', rows: profiles?.count ?? 0, executedAt: Date.now() });
  }
}

import { newId } from '@libs/foundation';
import { mutate, stageCampaign } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { insertExecution } from '../ledger/stage';

interface Placed {
  id: string;
  channel: { id: string; name: string } | null;
  connection: { id: string; name: string } | null;
}

const place = 'channel { id name } connection { id name hasApiToken }';

describe('the lists of campaigns and executions', () => {
  let stage: ContentStage;
  let placed: { connectionId: string; channelId: string; campaignId: string };

  beforeAll(async () => {
    stage = await setStage();
    placed = await stageCampaign(stage, { name: 'Autumn offers' });
    for (const day of ['2031-05-01', '2031-05-02', '2031-05-03']) await runOn(day, placed);
  }, 120_000);
  afterAll(() => stage?.close());

  const runOn = (runDate: string, { connectionId, channelId }: { connectionId: string; channelId: string }) =>
    insertExecution(stage.database, { projectId: stage.projectId, people: 1, connectionId, channelId, runDate });

  const days = async (args: string): Promise<string[]> => {
    const { executions } = await stage.graphql<{ executions: { nodes: { runDate: string }[] } }>(
      `{ executions${args} { nodes { runDate } } }`,
    );
    return executions.nodes.map(({ runDate }) => runDate);
  };
  const names = async (list: string, args: string): Promise<string[]> => {
    const data = await stage.graphql<Record<string, { nodes: { name: string }[] }>>(
      `{ ${list}${args} { nodes { name } } }`,
    );
    return (data[list]?.nodes ?? []).map(({ name }) => name);
  };

  it('show the channel and the connection of each, of a page at once', async () => {
    const channel = { id: placed.channelId, name: 'Xtremepush' };
    const connection = { id: placed.connectionId, name: 'Autumn offers', hasApiToken: true };
    const { executions, campaign } = await stage.graphql<{ executions: { nodes: Placed[] }; campaign: Placed }>(
      `query ($id: ID!) { executions { nodes { id ${place} } } campaign(id: $id) { id ${place} } }`,
      { id: placed.campaignId },
    );
    expect(executions.nodes).toHaveLength(3);
    for (const each of [...executions.nodes, campaign]) expect(each).toMatchObject({ channel, connection });
  });

  it('show no channel and connection of another project, nor those that are gone', async () => {
    const id = await runOn('2031-06-01', { connectionId: newId(), channelId: newId() });
    const query = `query ($id: ID!) { execution(id: $id) { ${place} } }`;
    expect(await stage.graphql(query, { id })).toEqual({ execution: { channel: null, connection: null } });
    const other = { connectionId: await ofAnother('connection'), channelId: await ofAnother('channel') };
    const foreign = await runOn('2031-06-02', other);
    expect(await stage.graphql(query, { id: foreign })).toEqual({ execution: { channel: null, connection: null } });
  });

  /** A copy of the one row there is, in a project of its own. */
  async function ofAnother(table: 'connection' | 'channel'): Promise<string> {
    const id = newId();
    await stage.database.query(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(t, $1::jsonb)).* FROM ${table} t LIMIT 1`,
      [JSON.stringify({ id, project_id: newId(), ...(table === 'channel' ? { connection_id: newId() } : {}) })],
    );
    return id;
  }

  it('show the executions of some days', async () => {
    expect(await days('(fromDay: "2031-05-02", toDay: "2031-05-03")')).toEqual(['2031-05-03', '2031-05-02']);
    expect(await days('(toDay: "2031-05-01")')).toEqual(['2031-05-01']);
    for (const day of ['2031-02-30', '5 May', '2031-05-02T10:00:00Z']) {
      await expect(days(`(fromDay: "${day}")`)).rejects.toThrow('fromDay must be a day');
    }
  });

  it('find campaigns by a part of their name', async () => {
    for (const name of ['Winter offers', '100% bonus']) {
      await mutate(stage.graphql, 'createCampaign', 'CreateCampaignInput', 'campaign { id }', {
        ...{ name, channelId: placed.channelId },
      });
      await mutate(stage.graphql, 'createDirectCampaign', 'CreateDirectCampaignInput', 'campaign { id }', { name });
    }
    expect(await names('campaigns', '(search: "OFFERS")')).toEqual(['Winter offers', 'Autumn offers']);
    expect(await names('campaigns', '(search: "%")')).toEqual(['100% bonus']);
    expect(await names('campaigns', '(search: "offers", status: PUBLISHED)')).toEqual(['Autumn offers']);
    expect(await names('directCampaigns', '(search: "winter")')).toEqual(['Winter offers']);
  });
});

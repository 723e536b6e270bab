import { newId } from '@libs/foundation';
import { encodeCursor } from '@libs/platform';
import { type Stage, setStage } from './stage';

interface Rows {
  postbackRows: {
    nodes: { optimoveTemplateId: string; state: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}

const rows = `query ($id: ID!, $first: Int = 50, $after: String) { postbackRows(connectionId: $id, first: $first, after: $after) {
  nodes { optimoveCampaignId optimoveChannelId optimoveTemplateId metric owedValue acknowledgedValue uncertainValue state
    lastError acknowledgedAt }
  pageInfo { hasNextPage endCursor } } }`;
const narrowed = `query ($id: ID!, $states: [PostState!], $campaign: String, $channel: Int) {
  postbackRows(connectionId: $id, states: $states, optimoveCampaignId: $campaign, optimoveChannelId: $channel) {
    nodes { optimoveTemplateId } pageInfo { hasNextPage endCursor } } }`;
const summary = `query ($id: ID!) { postbackSummary(connectionId: $id) {
  owed acknowledged refused uncertain lastAcknowledgedAt lastError } }`;

describe('postbacks over GraphQL', () => {
  let stage: Stage;
  let id: string;
  beforeAll(async () => {
    stage = await setStage();
    id = await stage.connect('Shop', 'ABSOLUTE');
    await stage.collect(
      id,
      ['1', '2', '3'].map((template) => ({ template, sent: 7 })),
    );
    stage.optimove.behaviour = (list) => (list.some(({ TemplateID }) => TemplateID === 2) ? 400 : 200);
    await stage.post(id);
    await stage.collect(id, [{ template: '3', sent: 9 }]);
  }, 60_000);
  afterAll(() => stage.close());

  it('show how a connection stands', async () => {
    expect((await stage.ask(summary, { id })).data).toEqual({
      postbackSummary: {
        owed: 1,
        acknowledged: 1,
        refused: 1,
        uncertain: 0,
        lastAcknowledgedAt: expect.any(String),
        lastError: expect.stringContaining('400'),
      },
    });
  });

  it('show every value, newest first, page by page', async () => {
    const one = (await stage.ask(rows, { id, first: 2 })).data as Rows;
    expect(one.postbackRows.nodes).toMatchObject([
      { optimoveTemplateId: '3', metric: 'SENT', owedValue: 9, acknowledgedValue: 7, uncertainValue: 0, state: 'OWED' },
      { optimoveTemplateId: '2', state: 'REFUSED', lastError: expect.stringContaining('400'), acknowledgedAt: null },
    ]);
    const after = one.postbackRows.pageInfo.endCursor;
    const two = (await stage.ask(rows, { id, first: 2, after })).data as Rows;
    expect(two.postbackRows).toMatchObject({
      nodes: [{ optimoveTemplateId: '1', optimoveCampaignId: '20417', optimoveChannelId: 506, state: 'ACKNOWLEDGED' }],
      pageInfo: { hasNextPage: false },
    });
  });

  it('show those alone that have to be settled, or of one campaign or channel', async () => {
    const templates = async (filter: object): Promise<string[]> => {
      const { postbackRows } = (await stage.ask(narrowed, { id, ...filter })).data as Rows;
      return postbackRows.nodes.map(({ optimoveTemplateId }) => optimoveTemplateId);
    };
    expect(await templates({ states: ['REFUSED', 'UNCERTAIN'] })).toEqual(['2']);
    expect(await templates({ states: ['OWED', 'ACKNOWLEDGED'] })).toEqual(['3', '1']);
    expect(await templates({ states: [] })).toEqual([]);
    expect(await templates({ campaign: '20417', channel: 506, states: ['REFUSED'] })).toEqual(['2']);
    expect([await templates({ campaign: '1' }), await templates({ channel: 1 })]).toEqual([[], []]);
  });

  it('refuse a cursor that is none of theirs', async () => {
    const { errors } = await stage.ask(rows, { id, after: encodeCursor('nonsense') });
    expect(errors).toMatchObject([
      { message: expect.stringContaining('endCursor'), extensions: { code: 'BAD_REQUEST' } },
    ]);
  });

  it('show nothing of another project', async () => {
    const [own] = await stage.database.query<{ project_id: string }>(
      'SELECT project_id FROM connection WHERE id = $1',
      [id],
    );
    await stage.database.query('UPDATE connection SET project_id = $2 WHERE id = $1', [id, newId()]);
    const answers = [await stage.ask(summary, { id }), await stage.ask(rows, { id })];
    await stage.database.query('UPDATE connection SET project_id = $2 WHERE id = $1', [id, own?.project_id]);
    for (const { errors } of answers) expect(errors).toMatchObject([{ extensions: { code: 'CONNECTION_NOT_FOUND' } }]);
  });
});

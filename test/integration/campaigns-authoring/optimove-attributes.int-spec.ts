import { type GraphqlStage, setGraphqlStage } from './over-graphql';

interface FindingAnswer {
  path: string[];
  code: string;
  severity: string;
  message: string;
}

const fields = 'campaign { id version findings { path code severity message } }';

describe('names that Optimove does not have', () => {
  let stage: GraphqlStage;
  beforeEach(async () => {
    stage = await setGraphqlStage();
  }, 60_000);
  afterEach(() => stage.close());

  const written = async (input: object): Promise<{ id: string; version: number; findings: FindingAnswer[] }> => {
    const { campaign } = await stage.change<{ campaign: { id: string; version: number; findings: FindingAnswer[] } }>(
      'createCampaign',
      { input: { channelId: stage.pushChannelId, name: 'Names', ...input }, fields },
    );
    return campaign;
  };
  const content = {
    mobilePush: { title: '{{ FIRSTNAME }}', body: '{{ Nick|default("you") }} {{ promoCode }} {{ user.city }}' },
    alternatives: [{ language: 'de', texts: [{ path: 'mobilePush.body', text: 'Hallo {{ Spitzname }}' }] }],
  };
  const unknown = ({ findings }: { findings: FindingAnswer[] }) =>
    findings.filter(({ message }) => message.startsWith('Optimove has no'));

  it('are warnings at their fields, also of other languages, and do not forbid the launch', async () => {
    stage.optimove.attributeNames = ['FirstName', 'Email'];
    const campaign = await written({ content });
    expect(unknown(campaign)).toEqual([
      {
        path: ['content', 'mobilePush', 'body'],
        code: 'UNKNOWN_ATTRIBUTE',
        severity: 'WARNING',
        message: expect.stringContaining('"Nick"'),
      },
      {
        path: ['content', 'alternatives', '0', 'texts', '0', 'text'],
        code: 'UNKNOWN_ATTRIBUTE',
        severity: 'WARNING',
        message: expect.stringContaining('"Spitzname"'),
      },
    ]);
    const { id, version } = campaign;
    expect(await stage.change('launchCampaign', { input: { id, version }, fields })).toMatchObject({ userErrors: [] });
  });

  it('are asked for once for many reviews', async () => {
    stage.optimove.attributeNames = ['FirstName'];
    expect(unknown(await written({ content }))).toHaveLength(2);
    expect(unknown(await written({ content, name: 'Others' }))).toHaveLength(2);
    expect(stage.optimove.listings).toBe(1);
  });

  it('are none where the key may not list them, and where the values come with the call', async () => {
    expect(unknown(await written({ content }))).toEqual([]);
    stage.optimove.attributeNames = [];
    const triggered = {
      channelId: stage.smsChannelId,
      name: 'Called',
      content: { sms: { from: 'Shop', text: '{{ X }}' } },
    };
    expect(unknown(await written(triggered))).toEqual([]);
    expect(stage.optimove.listings).toBe(0);
  });

  it('are not waited for when Optimove is away', async () => {
    stage.optimove.failWith = 503;
    expect(unknown(await written({ content }))).toEqual([]);
  });
});

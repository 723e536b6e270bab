import { newId } from '@libs/foundation';
import { type Stage, setStage } from './stage';

interface Page {
  numberRejects: {
    nodes: { executionId: string; seq: number; customerId: string; value: string; reason: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}

const query = `query ($connectionId: ID!, $executionId: ID, $first: Int, $after: String) {
  numberRejects(connectionId: $connectionId, executionId: $executionId, first: $first, after: $after) {
    nodes { executionId seq customerId value reason } pageInfo { hasNextPage endCursor } } }`;

describe('refused mobile numbers', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage.close());

  it('are listed by connection and by execution, page by page', async () => {
    const connection = stage.connection({ mobileNumberAttribute: 'PHONE' });
    const [first, second] = [newId(), newId()];
    await stage.match(connection, [{ mobileNumberValue: '+1' }, { mobileNumberValue: '447700900001' }], first);
    await stage.match(connection, [{ mobileNumberValue: 'abc' }, { mobileNumberValue: '0044' }], second);
    const page = async (args: object): Promise<Page['numberRejects']> => {
      const { data, errors } = await stage.ask<Page>(query, { connectionId: connection.id, ...args });
      expect(errors).toBeUndefined();
      return data.numberRejects;
    };
    const one = await page({ first: 2 });
    expect(one.nodes.map(({ executionId, seq, value }) => [executionId, seq, value])).toEqual([
      [first, 1, '+1'],
      [second, 1, 'abc'],
    ]);
    expect(one.pageInfo.hasNextPage).toBe(true);
    const two = await page({ first: 2, after: one.pageInfo.endCursor });
    expect(two.nodes).toEqual([
      {
        executionId: second,
        seq: 2,
        customerId: 'customer-2',
        value: '0044',
        reason: expect.stringContaining('begins with 00'),
      },
    ]);
    expect((await page({ executionId: first })).nodes.map(({ value }) => value)).toEqual(['+1']);
    const foreign = stage.connection({ projectId: newId(), mobileNumberAttribute: 'PHONE' });
    await stage.match(foreign, [{ mobileNumberValue: '+1' }]);
    expect((await page({ connectionId: foreign.id })).nodes).toEqual([]);
  });

  it.each([
    [{ connectionId: 'x' }],
    [{ connectionId: newId(), executionId: 'x' }],
    [{ connectionId: newId(), first: 100_000 }],
    [{ connectionId: newId(), after: Buffer.from('x 1').toString('base64url') }],
  ])('are not asked of the database with %j', async (variables) => {
    const { errors } = await stage.ask(query, variables);
    expect(errors?.[0]?.message).toMatch(/Bad Request|no cursor of this list/);
  });

  it('are downloaded as a file that a spreadsheet opens safely', async () => {
    const connection = stage.connection({ mobileNumberAttribute: 'PHONE' });
    const executionId = newId();
    const customers = Array.from({ length: 4_500 }, (_, index) => ({
      customerId: `c${index}`,
      mobileNumberValue: index === 0 ? '+447700900001' : 'none',
    }));
    await stage.match(connection, customers, executionId);
    const { status, text } = await stage.download(`/connections/${connection.id}/number-rejects.csv`);
    expect(status).toBe(200);
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(4_501);
    expect(lines[0]).toBe('execution_id,customer_id,value,reason');
    expect(lines[1]).toMatch(new RegExp(`^${executionId},c0,'\\+447700900001,The number begins with \\+`));
    expect((await stage.download('/connections/nonsense/number-rejects.csv')).status).toBe(404);
  });
});

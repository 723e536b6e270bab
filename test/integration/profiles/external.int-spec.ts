import { type Stage, setStage } from './stage';

interface Answer {
  code: number;
  success: boolean;
  task_id?: string;
  errors?: string[];
  data?: {
    received: number;
    created: number;
    updated: number;
    repeated: number;
    rejected: number;
    rejects_url: string;
  };
}

describe('profiles in the shape of the External API', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage.close());

  const send = async (
    body: object,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Answer }> => {
    const response = await fetch(`${stage.url}/api/external/import/profile`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  };

  it('stores rows, keeps those it cannot store, and says where they are', async () => {
    const columns = ['user_id', 'email', 'email_subscription', 'mobile_number', 'mobile_subscription', 'tier'];
    const rows = [
      ['x-1', 'x1@example.com', 1, '447700900101', '0', 'gold'],
      ['x-2', 'not an address', 1, null, null, null],
      ['x-3', null, null, 447700900103, true, { levels: [1, 2] }],
      ['x-4', 'x4@example.com'],
    ];
    const { status, body } = await send({ apptoken: stage.apiKey, columns, rows });
    expect(status).toBe(200);
    expect(body).toMatchObject({ code: 200, success: true, data: { received: 4, created: 2, rejected: 2 } });
    expect(body).not.toHaveProperty('task_id');
    const stored = await stage.database.query(
      `SELECT user_id, email_subscription, sms_subscription, mobile_number, attributes FROM profile
       WHERE user_id LIKE 'x-%' ORDER BY user_id`,
    );
    expect(stored).toEqual([
      {
        user_id: 'x-1',
        email_subscription: 'SUBSCRIBED',
        sms_subscription: 'UNSUBSCRIBED',
        mobile_number: '447700900101',
        attributes: { tier: 'gold' },
      },
      {
        user_id: 'x-3',
        email_subscription: 'NOT_SET',
        sms_subscription: 'SUBSCRIBED',
        mobile_number: '447700900103',
        attributes: { tier: '{"levels":[1,2]}' },
      },
    ]);
    const rejects = await stage.download(body.data?.rejects_url ?? '');
    expect(rejects.text).toContain('not an address');
    expect(rejects.text).toContain('The row has 2 values');
  });

  it('answers 202 with a task from 100 rows on', async () => {
    const rows = Array.from({ length: 150 }, (_each, index) => [`y-${index}`]);
    const { status, body } = await send({ columns: ['user_id'], rows }, { authorization: `Bearer ${stage.apiKey}` });
    expect(status).toBe(202);
    expect(body).toMatchObject({ code: 202, success: true, data: { created: 150 } });
    const { tasks } = await stage.ask<{ tasks: { nodes: { id: string; status: string }[] } }>(
      '{ tasks(first: 1) { nodes { id status } } }',
    );
    expect(tasks.nodes).toEqual([{ id: body.task_id, status: 'SUCCEEDED' }]);
  });

  it('says what is wrong with the columns and the token', async () => {
    const lonely = await send({
      apptoken: stage.apiKey,
      columns: ['user_id', 'email', 'external_id'],
      rows: [['a', 'b', 'c']],
    });
    expect(lonely).toMatchObject({
      status: 400,
      body: {
        success: false,
        errors: [
          'columns names external_id twice; keep one of them',
          'columns must contain email_subscription together with email',
        ],
      },
    });
    expect((await send({ apptoken: 'wrong', columns: ['user_id'], rows: [['a']] })).status).toBe(401);
    const tooMany = await send({ apptoken: stage.apiKey, columns: ['user_id'], rows: Array(10_001).fill(['a']) });
    expect(tooMany.status).toBe(400);
    expect(tooMany.body.errors?.[0]).toContain('rows');
  });

  it('keeps rows whose text cannot be stored with the reason, and refuses bodies that are no object', async () => {
    const rows = [
      ['z-1', 'a\u0000b'],
      ['z-2', '\ud800'],
      ['z-3', 'fine'],
    ];
    const { body } = await send({ apptoken: stage.apiKey, columns: ['user_id', 'note'], rows });
    expect(body).toMatchObject({ success: true, data: { received: 3, created: 1, rejected: 2 } });
    const column = await send({ apptoken: stage.apiKey, columns: ['user_id', 'a\u0000b'], rows: [['z-4', 'x']] });
    expect(column).toMatchObject({ status: 400, body: { errors: [expect.stringContaining('columns.1')] } });
    for (const whole of [[], 'x', 7]) {
      const answer = await send(whole as object, { authorization: `Bearer ${stage.apiKey}` });
      expect(answer).toMatchObject({ status: 400, body: { errors: ['The body must be an object'] } });
    }
  });
});

import type { Receipt } from '@libs/delivery';
import { Transactions } from '@libs/platform';
import { ReceiptRepository } from '../../../src/channels/persistence/receipt.repository';
import { type EventsStage, type Reached, stageEvents } from './stage';

type Told = Pick<Receipt, 'status' | 'bounce'>;

const arrived: Told = { status: 'DELIVERED' };
const full: Told = { status: 'FAILED', bounce: 'MAILBOX_FULL' };
/** What is told together, one after the other. */
const orders: Told[][][] = [[[arrived], [full]], [[full], [arrived]], [[arrived, full]], [[full, arrived]]];

describe('receipts of a message that arrived and bounced', () => {
  let stage: EventsStage;
  beforeAll(async () => {
    stage = await stageEvents(2 * orders.length);
  }, 180_000);
  afterAll(() => stage?.close());

  async function tell(accountId: string, providerMessageId: string, told: Told[]): Promise<void> {
    const owner = { projectId: stage.projectId, accountId };
    const rows = told.map((each) => ({ ...owner, ...each, providerMessageId, code: '', occurredAt: new Date() }));
    const receipts = stage.app.get(ReceiptRepository, { strict: false });
    await stage.app.get(Transactions).run((tx) => receipts.store(tx, rows));
    await stage.apply();
  }
  const textOf = async ({ seq }: Reached): Promise<string> => {
    const sql = `SELECT provider_message_id AS id FROM delivery WHERE execution_id = $1 AND seq = $2 AND medium = 'SMS'`;
    return (await stage.database.query<{ id: string }>(sql, [stage.executionId, seq]))[0]?.id ?? '';
  };

  it('count the same in whatever order they come, and whichever come together', async () => {
    for (const [index, order] of orders.entries()) {
      const [mailed, texted] = [stage.people[index], stage.people[index + orders.length]] as [Reached, Reached];
      for (const told of order) {
        await tell(stage.accounts.smtp, mailed.links.messageId, told);
        await tell(stage.accounts.smpp, await textOf(texted), told);
      }
    }
    const both = { delivered: orders.length, bounced: orders.length };
    expect(await stage.funnel('delivered bounced bounces { medium category count }')).toEqual({
      ...{ delivered: 2 * orders.length, bounced: 2 * orders.length },
      bounces: expect.arrayContaining(
        ['EMAIL', 'SMS'].map((medium) => ({ medium, category: 'MAILBOX_FULL', count: orders.length })),
      ),
    });
    const ofMedia = 'mediumFunnels { medium delivered bounced }';
    const { execution } = await stage.graphql<{ execution: { mediumFunnels: object[] } }>(
      `query ($id: ID!) { execution(id: $id) { ${ofMedia} } }`,
      { id: stage.executionId },
    );
    expect(execution.mediumFunnels).toEqual(
      expect.arrayContaining(['EMAIL', 'SMS'].map((medium) => ({ medium, ...both }))),
    );
  });
});

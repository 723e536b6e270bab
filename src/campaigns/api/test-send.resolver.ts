import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { SendTest } from '../test-send/send-test';
import { type TestDeliveryRow, TestSendRepository, type TestSendRow } from '../test-send/test-send.repository';
import { SendTestInput, SendTestPayload, TestSendConnection, TestSendType } from './test-send.type';

/** Sending campaigns to a few chosen profiles. */
@Resolver()
export class TestSendResolver {
  constructor(
    private readonly sending: SendTest,
    private readonly tests: TestSendRepository,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.edit')
  @Mutation(() => SendTestPayload, {
    description:
      'Sends a campaign to at most 20 chosen profiles and answers when the providers did. Consent, suppression lists, exclusion rules and kill switches count; totals, limits and Optimove hear nothing of it.',
  })
  async sendTest(@CurrentActor() actor: Actor, @Args('input') input: SendTestInput): Promise<SendTestPayload> {
    const invalid = await validateInput(SendTestInput, input);
    if (invalid.length > 0) {
      return { testSend: null, userErrors: invalid.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    const { values, versionNumber = null, variant = null, ...request } = input;
    const samples = new Map(values.map(({ name, value }) => [name, value]));
    const { id, problems } = await this.sending.run(actor, { ...request, versionNumber, variant, samples });
    if (id === null) return { testSend: null, userErrors: problems };
    const page = { projectId: actor.projectId, campaignId: input.campaignId, beforeId: null, limit: 20 };
    const found = (await this.tests.list(this.transactions.pool, page)).filter((row) => row.id === id);
    const [testSend = null] = await this.withDeliveries(actor, found);
    return { testSend, userErrors: [] };
  }

  @Allow('campaigns.view')
  @Query(() => TestSendConnection, { description: 'Tests of a campaign, newest first; kept for 90 days.' })
  async testSends(
    @CurrentActor() actor: Actor,
    @Args('campaignId', { type: () => ID }) campaignId: string,
    @Args() { first, after }: PageArgs,
  ): Promise<TestSendConnection> {
    const beforeId = decodeCursor(after);
    if (beforeId !== null && !isUuid(beforeId)) {
      throw new BadRequestException('after must be the endCursor of a page of the same list');
    }
    const page = { projectId: actor.projectId, campaignId, beforeId, limit: first + 1 };
    const rows = isUuid(campaignId) ? await this.tests.list(this.transactions.pool, page) : [];
    const tests = await this.withDeliveries(actor, rows);
    return toPage(tests, { first, cursorOf: ({ id }) => id, map: (test) => test });
  }

  private async withDeliveries({ projectId }: Actor, rows: TestSendRow[]): Promise<TestSendType[]> {
    const ids = rows.map(({ id }) => id);
    const deliveries = await this.tests.deliveries(this.transactions.pool, projectId, ids);
    return rows.map((row) => toType(row, deliveries.get(row.id) ?? []));
  }
}

function toType(row: TestSendRow, deliveries: TestDeliveryRow[]): TestSendType {
  return { ...row, deliveries: deliveries.map((delivery) => ({ ...delivery, isTest: true })) };
}

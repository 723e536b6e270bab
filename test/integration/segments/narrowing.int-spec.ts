import { newId } from '@libs/foundation';
import { Log, Outbox, Transactions } from '@libs/platform';
import { Accounts } from '@modules/channels';
import { MatchingService } from '@modules/matching';
import { type FrozenSegment, ProfilesService } from '@modules/profiles';
import { SuppressionService } from '@modules/suppression';
import { Test } from '@nestjs/testing';
import type { SmsContent } from '../../../src/campaigns/domain/content/campaign-content';
import { compileContent } from '../../../src/campaigns/domain/content/compile-content';
import { AccountsNeeded } from '../../../src/campaigns/execution/accounts-needed';
import { DecideSlice } from '../../../src/campaigns/execution/decide-slice';
import { type ExecutionContext, ExecutionContexts } from '../../../src/campaigns/execution/execution-context';
import { HandOverSlice } from '../../../src/campaigns/execution/hand-over-slice';
import { MatchPeople } from '../../../src/campaigns/execution/match-people';
import { NarrowToSegment } from '../../../src/campaigns/execution/narrow-to-segment';
import { NarrowToTarget } from '../../../src/campaigns/execution/narrow-to-target';
import { SendChunk } from '../../../src/campaigns/execution/send-chunk';
import { SendSlice } from '../../../src/campaigns/execution/send-slice';
import { SentBeforeSignIn } from '../../../src/campaigns/execution/sent-before-sign-in';
import { LimitSlice } from '../../../src/campaigns/limits/limit-slice';
import { ChunkRepository } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { DeliveryRepository } from '../../../src/campaigns/persistence/ledger/delivery.repository';
import { StopRepository } from '../../../src/campaigns/persistence/ledger/stop.repository';
import { insertExecution } from '../ledger/stage';
import { type Stage, setStage } from '../profiles/stage';

const standing = async (): Promise<object> => ({ isHeld: true, against: null });

describe('a campaign with a segment', () => {
  let stage: Stage;
  const profileIds = Array.from({ length: 5 }, newId);
  beforeAll(async () => {
    stage = await setStage();
    const people = [
      ['GB', '447900001001', '{"level":"gold"}'],
      ['DE', '447900001002', '{"level":"gold"}'],
      ['GB', '447900001003', '{"level":"silver"}'],
      ['DE', null, '{"level":"gold"}'],
      ['GB', null, '{"level":"gold"}'],
    ];
    for (const [index, [country, number, attributes]] of people.entries()) {
      await stage.database.query(
        `INSERT INTO profile (id, project_id, user_id, country, mobile_number, attributes, sms_subscription)
         VALUES ($1, $2, $3, $4, $5, $6, 'SUBSCRIBED')`,
        [profileIds[index], stage.projectId, `user-${index}`, country, number, attributes],
      );
    }
    await define('level');
  }, 60_000);
  afterAll(() => stage?.close());

  const define = (name: string): Promise<unknown> =>
    stage.ask(
      'mutation($input: CreateAttributeDefinitionInput!) { createAttributeDefinition(input: $input) { userErrors { message } } }',
      { input: { name, type: 'STRING', target: 'PROFILE' } },
    );

  const frozen = async (rules: object[]): Promise<FrozenSegment> => {
    const { projectId, profiles } = stage;
    const { segment, faults } = await stage.transactions.run(async (tx) => {
      const read = await profiles.readSegmentRules(tx, projectId, JSON.stringify({ rules }));
      if (!read.rules) throw new Error(JSON.stringify(read.faults));
      return profiles.freezeSegment(tx, projectId, { rules: read.rules });
    });
    if (!segment) throw new Error(JSON.stringify(faults));
    return segment;
  };

  /** Sends one SMS to each of the five. @returns how each ended, and to whom something went. */
  const send = async (
    segment: FrozenSegment | null,
    group?: SmsContent['group'],
  ): Promise<{ ends: (string | null)[]; sentTo: string[] }> => {
    const { database, projectId, transactions } = stage;
    const executionId = await insertExecution(database, { projectId, people: profileIds.length });
    await database.query(
      `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id,
         scheduled_time, is_control, attributes)
       SELECT execution_id, reading, row_no, project_id, customer_id, optimove_template_id, '', false, '{}' FROM recipient WHERE execution_id = $1`,
      [executionId],
    );
    const sentTo: string[] = [];
    const sendBatch = async (messages: { deliveryId: string; to: string }[]) => {
      sentTo.push(...messages.map(({ to }) => to));
      return messages.map(({ deliveryId }) => ({ outcome: 'ACCEPTED', deliveryId, providerMessageId: null }));
    };
    const account = { accountId: newId(), medium: 'SMS', messagesPerSecond: null, waitMs: () => 0, sendBatch };
    const context = {
      execution: {
        id: executionId,
        project_id: projectId,
        kind: 'SCHEDULED',
        attributes: [],
        announced_at: new Date(),
      },
      connection: { id: newId(), projectId, userIdAttribute: null, mobileNumberAttribute: null },
      contents: new Map([
        ['1', compileContent({ sms: { from: '', text: 'Hi', group }, personalisation: { whenMissing: 'EMPTY' } })],
      ]),
      segments: new Map(segment ? [['1', segment]] : []),
      limits: { quietHours: null, timeZone: 'UTC', categories: new Map() },
      senders: new Accounts([{ taking: { medium: 'SMS', serves: 'SMS', appId: null }, account }]),
    } as unknown as ExecutionContext;
    const match = async (_tx: unknown, { customers }: { customers: { seq: number }[] }) =>
      customers.map(({ seq }) => ({ seq, profileId: profileIds[seq - 1], numberProblem: null }));
    const decide = async (tx: never, { people }: { people: { seq: number; profileId: string }[] }) => {
      const rows = await stage.profiles.reach(
        tx,
        projectId,
        people.map(({ profileId }) => profileId),
        ['SMS'],
      );
      const reached = new Map(rows.map((row) => [row.profileId, row]));
      return people.map((person) => {
        const row = reached.get(person.profileId);
        const base = { ...person, medium: 'SMS', addressKey: 'mobile' };
        if (row) return { ...base, isAllowed: true, address: row.address };
        return { ...base, isAllowed: false, addressKey: null, reason: 'NO_ADDRESS', detail: 'No address for SMS' };
      });
    };
    const module = await Test.createTestingModule({
      providers: [
        SendChunk,
        MatchPeople,
        DecideSlice,
        HandOverSlice,
        SendSlice,
        SentBeforeSignIn,
        AccountsNeeded,
        NarrowToSegment,
        NarrowToTarget,
        LimitSlice,
        ChunkRepository,
        DeliveryRepository,
        { provide: Transactions, useValue: transactions },
        { provide: ExecutionContexts, useValue: { get: async () => context } },
        { provide: MatchingService, useValue: { match, writes: () => true } },
        { provide: ProfilesService, useValue: stage.profiles },
        { provide: SuppressionService, useValue: { decide } },
        { provide: StopRepository, useValue: { standing, reasonAgainst: async () => null } },
        { provide: Outbox, useValue: { enqueue: async () => undefined } },
        { provide: Log, useValue: { event: () => undefined } },
      ],
    })
      .useMocker(() => ({
        addTo: (message: unknown) => message,
        shorten: (message: unknown) => ({ message, links: [] }),
        store: async () => undefined,
        among: async () => new Set(),
        moved: async () => undefined,
        tryComplete: async () => undefined,
      }))
      .compile();
    await module.get(SendChunk).run({ executionId, chunkNo: 1 });
    const rows = await database.query<{ end_state: string | null }>(
      'SELECT end_state FROM recipient WHERE execution_id = $1 ORDER BY seq',
      [executionId],
    );
    return { ends: rows.map(({ end_state: end }) => end), sentTo: sentTo.sort() };
  };

  const gold = { kind: 'attribute', name: 'level', is: 'equals', value: 'gold' };
  const british = { kind: 'attribute', name: 'country', is: 'equals', value: 'GB' };

  it('leaves those outside out; who has no address ends with that, in or out', async () => {
    expect(await send(await frozen([gold, british]))).toEqual({
      ends: ['SENT', 'NOT_IN_SEGMENT', 'NOT_IN_SEGMENT', 'NO_ADDRESS', 'NO_ADDRESS'],
      sentTo: ['447900001001'],
    });
  });

  it('without one leaves nobody out', async () => {
    const { ends } = await send(null);
    expect(ends).toEqual(['SENT', 'SENT', 'SENT', 'NO_ADDRESS', 'NO_ADDRESS']);
  });

  it('goes only to people whom push messages reach, or only to the others, where it says so', async () => {
    const phone = (profileId: string | undefined, given: { isAddressable: boolean; subscription: string }) =>
      stage.database.query(
        `INSERT INTO device (id, project_id, profile_id, platform, token, is_addressable, push_subscription)
         VALUES (gen_random_uuid(), $1, $2, 'IOS', gen_random_uuid()::text, $3, $4)`,
        [stage.projectId, profileId, given.isAddressable, given.subscription],
      );
    await phone(profileIds[0], { isAddressable: true, subscription: 'SUBSCRIBED' });
    await phone(profileIds[1], { isAddressable: true, subscription: 'UNSUBSCRIBED' });
    await phone(profileIds[2], { isAddressable: false, subscription: 'SUBSCRIBED' });
    const others = await send(null, 'PUSH_NOT_SUBSCRIBED');
    expect(others).toEqual({
      ends: ['NOT_IN_SEGMENT', 'SENT', 'SENT', 'NO_ADDRESS', 'NO_ADDRESS'],
      sentTo: ['447900001002', '447900001003'],
    });
    expect((await send(null, 'PUSH_SUBSCRIBED')).sentTo).toEqual(['447900001001']);
  });

  it('keeps to the rules it was launched with after an attribute of theirs is gone', async () => {
    await define('mood');
    const segment = await frozen([gold, british, { kind: 'attribute', name: 'mood', is: 'isNotSet' }]);
    await stage.database.query(`DELETE FROM attribute_definition WHERE name IN ('level', 'mood')`);
    const { ends } = await send(segment);
    expect(ends.slice(0, 3)).toEqual(['SENT', 'NOT_IN_SEGMENT', 'NOT_IN_SEGMENT']);
    await define('level');
  });
});

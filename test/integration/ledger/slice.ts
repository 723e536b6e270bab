import type { HandOver, SendResult } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { Accounts } from '@modules/channels';
import { ProfilesService } from '@modules/profiles';
import { SuppressionService } from '@modules/suppression';
import { Test } from '@nestjs/testing';
import { AccountsNeeded } from '../../../src/campaigns/execution/accounts-needed';
import { DecideSlice } from '../../../src/campaigns/execution/decide-slice';
import type { ExecutionContext } from '../../../src/campaigns/execution/execution-context';
import { HandOverSlice } from '../../../src/campaigns/execution/hand-over-slice';
import { NarrowToTarget } from '../../../src/campaigns/execution/narrow-to-target';
import { SendSlice } from '../../../src/campaigns/execution/send-slice';
import { SentBeforeSignIn } from '../../../src/campaigns/execution/sent-before-sign-in';
import { LimitSlice } from '../../../src/campaigns/limits/limit-slice';
import { ChunkRepository, type HeldChunk } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { DeliveryRepository } from '../../../src/campaigns/persistence/ledger/delivery.repository';
import { StopRepository } from '../../../src/campaigns/persistence/ledger/stop.repository';
import type { LedgerStage } from './stage';

/** What stands at both ends of a slice. */
export interface SliceEnds {
  decide(tx: Tx, asked: { people: { seq: number; profileId: string }[] }): Promise<object[]>;
  sendBatch(messages: { deliveryId: string }[], handOver: HandOver): Promise<SendResult[]>;
  /** Is told of dead addresses in the transaction that writes what came of the slice. */
  markUnreachable?(tx: Tx): Promise<void>;
  /** Of what kind the execution is; scheduled unless given. */
  kind?: 'TRIGGERED';
  /** The slice is of a Direct campaign; devices with the anonymous profile that each had before somebody signed in there. */
  signedInFrom?: { deviceId: string; profileId: string }[];
}

const nothing = async (): Promise<void> => undefined;
const standing = async (): Promise<object> => ({ isHeld: true, against: null });

/** A push to each person of a chunk, on the way through a gate and to a provider of the test's own. @returns what runs it. */
export async function sliceOf(
  stage: LedgerStage,
  chunk: HeldChunk,
  ends: SliceEnds,
): Promise<() => ReturnType<SendSlice['run']>> {
  const module = await Test.createTestingModule({
    providers: [
      DecideSlice,
      HandOverSlice,
      SendSlice,
      AccountsNeeded,
      NarrowToTarget,
      SentBeforeSignIn,
      LimitSlice,
      DeliveryRepository,
      { provide: ChunkRepository, useValue: stage.chunks },
      { provide: Transactions, useValue: stage.transactions },
      { provide: SuppressionService, useValue: { decide: ends.decide, standing: async () => ({ holdReason: null }) } },
      { provide: StopRepository, useValue: { standing, reasonAgainst: async () => null } },
      {
        provide: ProfilesService,
        useValue: { markUnreachable: ends.markUnreachable ?? nothing, signedInFrom: async () => ends.signedInFrom },
      },
    ],
  })
    .useMocker(() => ({
      addTo: (message: unknown) => message,
      shorten: (message: unknown) => ({ message, links: [] }),
      store: async () => undefined,
    }))
    .compile();
  const account = { accountId: newId(), medium: 'MOBILE_PUSH', messagesPerSecond: null, sendBatch: ends.sendBatch };
  const kind = ends.signedInFrom ? 'DIRECT' : (ends.kind ?? 'SCHEDULED');
  const context = {
    execution: { id: chunk.executionId, project_id: stage.projectId, announced_at: new Date(0), kind },
    connection: { id: newId() },
    contents: new Map(),
    limits: { quietHours: null, timeZone: 'UTC', categories: new Map() },
    senders: new Accounts([{ taking: { medium: 'MOBILE_PUSH', serves: 'FCM', appId: null }, account }]),
  } as unknown as ExecutionContext;
  const people = Array.from({ length: chunk.toSeq - chunk.fromSeq + 1 }, (_, index) => ({
    seq: chunk.fromSeq + index,
    profileId: newId(),
    numberProblem: null,
    drops: [],
    messages: new Map([['MOBILE_PUSH', { title: 'Hello', body: 'World' }]]),
  }));
  const slice = { context, chunk, people, until: Number.POSITIVE_INFINITY };
  return () => module.get(SendSlice).run(slice as unknown as Parameters<SendSlice['run']>[0]);
}

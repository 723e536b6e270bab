import { newId } from '@libs/foundation';
import { DateTimeScalar, PlatformModule, Transactions } from '@libs/platform';
import { type GateOrigin, SuppressionModule, SuppressionService } from '@modules/suppression';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type GuardDecision,
  GuardDecisionRepository,
} from '../../../src/suppression/persistence/guard-decision.repository';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import {
  type Case,
  caseCount,
  expected,
  isHeld,
  lists,
  type Setting,
  samples,
  settings,
  type Trial,
  trials,
} from './guard-matrix';
import { outcomeOf } from './guard-proofs';
import { GuardWorld } from './guard-world';

/** Where the statements were tried before on another version, two settings of data are enough. */
const isSample = process.env.GUARD_MATRIX === 'sample';
const chosen = isSample ? settings.filter((_, index) => index % 8 === 0) : settings;
const sampled = isSample ? samples.filter((_, index) => index % 4 === 0) : samples;

/** An execution in which a trial was made at a moment. */
interface Tried {
  trial: Trial;
  moment: Case['moment'];
  executionId: string;
  /** What was decided, by `person medium`. */
  decided: Map<string, string>;
}

describe('the guard, in every case there is', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let transactions: Transactions;

  beforeAll(async () => {
    database = await createTestDatabase();
    process.env.ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
    process.env.PUBLIC_URL = 'http://127.0.0.1:1';
    module = await Test.createTestingModule({
      imports: [PlatformModule, SuppressionModule],
      providers: [DateTimeScalar],
    }).compile();
    await module.init();
    transactions = module.get(Transactions);
  });

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  let cases = 0;
  let casesOfTypes = 0;
  it.each(chosen)(
    'decides with data that are $data and $whenUnknown as the rules say, and the proof tells the same',
    async (setting) => {
      cases += await tryOut(setting, trials);
    },
  );

  it.each(sampled)(
    'decides by values of type $setting.type with data that are $setting.data and $setting.whenUnknown alike',
    async ({ setting, trials: some }) => {
      casesOfTypes += await tryOut(setting, some);
    },
  );

  it('was tried in every case', () => {
    expect(caseCount).toBe(8 * 2 * 4 * 4 * 3 * 2 * 6 * 3 * 4 * 6);
    expect(cases).toBe((caseCount * chosen.length) / settings.length);
  });

  it('was tried for every other type in a part of the cases, every setting and every kind of trial among them', () => {
    const standing = ({ data, whenUnknown }: Setting): string => `${data} ${whenUnknown}`;
    expect(new Set(samples.map(({ setting }) => standing(setting)))).toEqual(new Set(settings.map(standing)));
    for (const type of ['STRING', 'NUMBER', 'DATE', 'ARRAY']) {
      const some = samples.flatMap(({ setting, trials: each }) => (setting.type === type ? each : []));
      const kinds = (list: 'override' | 'otherRule' | 'origin'): number =>
        new Set(some.map((trial) => trial[list])).size;
      expect([type, kinds('override'), kinds('otherRule'), kinds('origin')]).toEqual([type, 4, 4, 3]);
    }
    const tried = (of: typeof samples): number => of.reduce((sum, { trials: { length } }) => sum + length, 0);
    expect(tried(samples)).toBe(110);
    expect(casesOfTypes).toBe(tried(sampled) * 2 * (6 * 3 * 4) * 6);
  });

  /** @returns how many cases were tried; none was decided or proven otherwise than it should. */
  async function tryOut(setting: Setting, some: Trial[]): Promise<number> {
    const wrong: object[] = [];
    let count = 0;
    const world = new GuardWorld(database, module, setting);
    await world.make();
    const before = await tryAll(world, some, 'LIST');
    await world.change();
    for await (const found of compare(world, [...before, ...(await tryAll(world, some, 'HAND_OVER'))])) {
      count += 1;
      const should = expected(found.case);
      if (found.decided !== should || found.proven !== should) wrong.push({ ...found, should });
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(wrong).toHaveLength(0);
    return count;
  }

  async function tryAll(world: GuardWorld, some: Trial[], moment: Case['moment']): Promise<Tried[]> {
    const tried: Tried[] = [];
    for (const trial of some) {
      await world.arrange(trial);
      const executionId = newId();
      const decided = await decide(world, originOf(world, trial, executionId));
      tried.push({ trial, moment, executionId, decided });
      if (trial.origin !== 'DIRECT') continue;
      const { holdReason } = await module
        .get(SuppressionService)
        .standing(transactions.pool, world.projectId, { kind: 'DIRECT', executionId });
      expect({ trial, isHeld: holdReason !== null }).toEqual({ trial, isHeld: isHeld({ ...world.setting, ...trial }) });
    }
    return tried;
  }

  async function decide({ projectId, crowd }: GuardWorld, origin: GateOrigin): Promise<Tried['decided']> {
    const asked = { projectId, origin, media: [...lists.medium] };
    const people = crowd.map(({ profileId }, seq) => ({ seq, profileId }));
    const decisions = await transactions.run((tx) => module.get(SuppressionService).decide(tx, { ...asked, people }));
    return new Map(
      decisions.map((each) => [`${each.seq} ${each.medium}`, each.isAllowed ? 'ALLOWED' : each.reason] as const),
    );
  }

  /** Every case with what was decided and what the proof of that person says. */
  async function* compare(
    { projectId, crowd, setting }: GuardWorld,
    tried: Tried[],
  ): AsyncGenerator<{ case: Case; decided: string | undefined; proven: string }> {
    for (const [seq, { userId, person }] of crowd.entries()) {
      const wanted = {
        projectId,
        userId,
        from: null,
        until: new Date(Date.now() + 60_000),
        limit: 10_000,
        profileIds: [],
      };
      const proofs = byExecution(await module.get(GuardDecisionRepository).of(transactions.pool, wanted));
      for (const { trial, moment, executionId, decided } of tried) {
        for (const medium of lists.medium) {
          const each: Case = { ...setting, ...trial, ...person, moment, medium };
          const proven = outcomeOf(proofs.get(executionId) ?? [], { rules: rulesOf(trial), medium });
          yield { case: each, decided: decided.get(`${seq} ${medium}`), proven };
        }
      }
    }
  }
});

function byExecution(proofs: GuardDecision[]): Map<string, GuardDecision[]> {
  const groups = new Map<string, GuardDecision[]>();
  for (const proof of proofs) groups.set(proof.executionId, [...(groups.get(proof.executionId) ?? []), proof]);
  return groups;
}

function originOf({ rule }: GuardWorld, { origin }: Trial, executionId: string): GateOrigin {
  if (origin === 'DIRECT') return { kind: 'DIRECT', executionId };
  return { kind: 'OPTIMOVE', connectionId: rule.connectionId, executionId };
}

/** How many rules count, and so must have left a proof. */
function rulesOf({ origin, otherRule }: Trial): number {
  return { DIRECT: otherRule === 'NONE' ? 1 : 2, OPTIMOVE_GUARDED: 1, OPTIMOVE_UNGUARDED: 0 }[origin];
}

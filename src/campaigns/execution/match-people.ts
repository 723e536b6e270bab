import { Transactions, type Tx } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import { MatchingService, type MatchKeys } from '@modules/matching';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { keysOf } from '../domain/execution/matched-by';
import type { HeldChunk, OpenRecipient } from '../persistence/ledger/chunk.repository';
import { ErasedPeople } from './erased-people';
import type { ExecutionContext } from './execution-context';
import { matchRecipients } from './match-recipients';
import { NarrowToSegment } from './narrow-to-segment';
import type { MatchedRecipient } from './render-slice';

/** That of an execution of Optimove's, and how its customers are told. */
type OptimoveContext = ExecutionContext & { connection: ConnectionView; keys: MatchKeys; namesSince: Date | null };

/** Finds out who the people of a chunk are, and whom of them its campaigns are for. */
@Injectable()
export class MatchPeople {
  constructor(
    private readonly transactions: Transactions,
    private readonly matching: MatchingService,
    private readonly profiles: ProfilesService,
    private readonly erased: ErasedPeople,
    private readonly segment: NarrowToSegment,
  ) {}

  /**
   * Triggered customers are told by the attributes that their chunk was made with. Who is in the audience of a Direct
   * campaign was chosen among the profiles; its category may still be for others.
   */
  async run(
    context: ExecutionContext,
    { matchedBy, namesSince: ofChunk }: Pick<HeldChunk, 'matchedBy' | 'namesSince'>,
    open: OpenRecipient[],
  ): Promise<MatchedRecipient[]> {
    const { connection, execution } = context;
    const { pool } = this.transactions;
    if (connection) {
      const keys = keysOf(connection, matchedBy, execution.matched_by);
      const namesSince = matchedBy ? ofChunk : execution.names_since;
      return this.match({ ...context, connection, keys, namesSince }, open);
    }
    const people = open.map((person) => ({ ...person, numberProblem: null, drops: [] }));
    return this.segment.run(pool, { ...context, projectId: execution.project_id, segments: new Map() }, people);
  }

  /** Where people are made known nobody is who is erased at that moment; elsewhere their profile is gone, or another one. */
  private async match(context: OptimoveContext, open: OpenRecipient[]): Promise<MatchedRecipient[]> {
    const { pool } = this.transactions;
    if (!this.matching.writes(context.keys)) return this.matchBeside(pool, context, open);
    const projectId = context.execution.project_id;
    return this.transactions.run(async (tx) => {
      await this.profiles.holdOffErasures(tx, projectId);
      const erased = await this.erased.among(tx, context, open);
      const matched = await matchRecipients(tx, this.matching, { ...context, erased }, open);
      return this.segment.run(tx, { ...context, projectId }, matched);
    });
  }

  private async matchBeside(tx: Tx, context: OptimoveContext, open: OpenRecipient[]): Promise<MatchedRecipient[]> {
    const [erased, all] = await Promise.all([
      this.erased.among(tx, context, open),
      matchRecipients(tx, this.matching, context, open),
    ]);
    const matched = all.map((person) =>
      erased.has(person.seq) ? { ...person, profileId: null, numberProblem: null } : person,
    );
    return this.segment.run(tx, { ...context, projectId: context.execution.project_id }, matched);
  }
}

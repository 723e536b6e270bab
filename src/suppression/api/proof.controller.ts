import { Readable } from 'node:stream';
import { csvLine } from '@libs/foundation';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException, Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { FindProofs } from '../guard/find-proofs';
import type { GuardDecision } from '../persistence/guard-decision.repository';

const columns = [
  'decidedAt',
  'userId',
  'profileId',
  'origin',
  'executionId',
  'medium',
  'basis',
  'basisId',
  'attribute',
  'value',
  'valueDate',
  'ownValue',
  'freshness',
  'dataDate',
  'overrideId',
  'outcome',
  'detail',
] as const;
const most = 10_000;

/** Proofs of the guard as a file. */
@Controller('suppression')
export class ProofController {
  constructor(private readonly proofs: FindProofs) {}

  /** Decisions about `userId` between `from` and `until` (instants), newest first, at most 10,000 in a file. */
  @Allow('suppression.view')
  @Get('proof.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="proof.csv"')
  async proof(
    @CurrentActor() { projectId }: Actor,
    @Query() { userId, from, until }: { userId?: string; from?: string; until?: string },
  ): Promise<StreamableFile> {
    if (!userId) throw new BadRequestException('userId must name the person');
    const found = await this.proofs.of({
      projectId,
      userId,
      from: from ? instant('from', from) : null,
      until: until ? instant('until', until) : new Date(),
      limit: most,
    });
    return new StreamableFile(Readable.from([csvLine([...columns]), ...found.map(lineOf)]));
  }
}

function lineOf(decision: GuardDecision): string {
  return csvLine(columns.map((column) => cellOf(decision[column])));
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function instant(name: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new BadRequestException(`${name} must be an instant, e.g. 2026-05-04T16:00:00Z`);
  return time;
}

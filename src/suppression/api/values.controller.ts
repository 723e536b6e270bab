import { Readable } from 'node:stream';
import { isUuid } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException, Body, Controller, HttpCode, NotFoundException, Param, Post, Query } from '@nestjs/common';
import { AttributeRepository } from '../persistence/attribute.repository';
import { LoadFile, ValueFileError } from '../sync/load-file';

const longestReason = 500;

/** Files of suppression values, streamed in. */
@Controller('imports/suppression-values')
export class ValuesController {
  constructor(
    private readonly transactions: Transactions,
    private readonly attributes: AttributeRepository,
    private readonly loadFile: LoadFile,
  ) {}

  /**
   * A CSV body with the columns `userId` and `value`, as of `dataDate` (YYYY-MM-DD). With `complete=true` the file names
   * everybody who has a value: who is not in it has none, and days that were missed before are made good. A file speaks in
   * Optimove's place and may let messages through that rules hold back, so it needs what an override does: the right and a
   * `reason`.
   */
  @Allow('suppression.override')
  @Post(':id')
  @HttpCode(200)
  async load(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Query() { dataDate, complete, reason }: { dataDate?: string; complete?: string; reason?: string },
    @Body() body: unknown,
  ): Promise<{ syncId: string }> {
    const attribute = isUuid(id) ? await this.attributes.find(this.transactions.pool, actor.projectId, id) : null;
    if (!attribute) throw new NotFoundException(`There is no suppression attribute ${id} in this project`);
    if (attribute.state === 'STOPPED')
      throw new BadRequestException(`The attribute is stopped: ${attribute.stateReason}`);
    const day = dayOf(dataDate);
    if (complete !== undefined && complete !== 'true' && complete !== 'false') {
      throw new BadRequestException('complete must be true or false');
    }
    const why = reasonOf(reason);
    if (!(body instanceof Readable)) throw new BadRequestException('Send the CSV file as the body of the request');
    try {
      const load = { attribute, dataDate: day, isComplete: complete === 'true', reason: why, file: body };
      return { syncId: await this.loadFile.run(actor, load) };
    } catch (error) {
      if (error instanceof ValueFileError) throw new BadRequestException(error.message);
      throw error;
    }
  }
}

function reasonOf(given: unknown): string {
  const reason = typeof given === 'string' ? given.trim() : '';
  if (reason !== '' && reason.length <= longestReason && !reason.includes('\u0000')) return reason;
  throw new BadRequestException(
    `reason must say in 1 to ${longestReason} characters why the values come from a file; it is audited`,
  );
}

/** The day of the data. */
function dayOf(text = ''): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time)) throw new BadRequestException('dataDate must be the day of the data, YYYY-MM-DD');
  return text;
}

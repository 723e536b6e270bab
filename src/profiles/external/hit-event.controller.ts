import { Public } from '@modules/projects';
import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { HitEventInput, HitEventsInput } from './external.inputs';
import { ExternalActors, readExternal, refusal } from './external-request';
import { HitEvents } from './hit-events';

/** An answer in the shape of Xtremepush's External API. */
export interface HitEventAnswer {
  code: number;
  success: boolean;
  data: { received: number; stored: number; rejected: number };
  /** Why events could not be stored, by their place in the batch. */
  errors?: string[];
}

/** Events in the shape of Xtremepush's External API. */
@Public()
@Controller('api/external')
export class HitEventController {
  constructor(
    private readonly actors: ExternalActors,
    private readonly events: HitEvents,
  ) {}

  /** One event, or up to 1,000 as `events`. An unknown user ID makes a profile. */
  @Post('hit/event')
  @HttpCode(200)
  async hitEvent(
    @Headers('authorization') authorization: string | undefined,
    @Body() body: unknown,
  ): Promise<HitEventAnswer> {
    const { projectId } = await this.actors.of(authorization, body);
    const isBatch = typeof body === 'object' && body !== null && 'events' in body;
    const given = isBatch
      ? (await readExternal(HitEventsInput, body, ['events'])).events
      : [await readExternal(HitEventInput, body)];
    const refused = await this.events.store(projectId, given);
    const errors = refused.map(({ index, reason }) => (isBatch ? `events.${index}: ${reason}` : reason));
    if (refused.length === given.length) throw refusal(400, errors);
    const data = { received: given.length, stored: given.length - refused.length, rejected: refused.length };
    return { code: 200, success: true, data, ...(errors.length > 0 ? { errors } : {}) };
  }
}

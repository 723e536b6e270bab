import { Readable } from 'node:stream';
import { isStorableText } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, Allow, AuditTrail, CurrentActor } from '@modules/projects';
import { BadRequestException, Body, Controller, Header, HttpCode, Post, StreamableFile } from '@nestjs/common';
import { isUserId } from '../domain/user-id';
import { FindPerson } from './find-person';
import { type Person, PersonalData } from './personal-data';

/** Everything that is kept of one person, as a file for that person. */
@Controller('profiles')
export class PersonalDataController {
  constructor(
    private readonly transactions: Transactions,
    private readonly people: FindPerson,
    private readonly data: PersonalData,
    private readonly audit: AuditTrail,
  ) {}

  /** Lines of JSON, each with its section. The user ID stands in the body, so that no log of addresses holds it. */
  @Allow('profiles.personal-data')
  @Post('export')
  @HttpCode(200)
  @Header('content-type', 'application/x-ndjson; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="person.ndjson"')
  async export(@CurrentActor() actor: Actor, @Body() body: unknown): Promise<StreamableFile> {
    const userId = (body as { userId?: unknown } | null)?.userId;
    if (typeof userId !== 'string' || !isUserId(userId) || !isStorableText(userId)) {
      throw new BadRequestException('Send the user ID of the person as "userId"');
    }
    const { pool } = this.transactions;
    const person = await this.people.find(pool, actor.projectId, userId);
    const subject = { type: 'profile', id: person.profileId ?? 'unknown' };
    await this.audit.record(pool, actor, { action: 'profile.exported', subject });
    return new StreamableFile(Readable.from(this.lines(actor.projectId, person)));
  }

  private async *lines(projectId: string, person: Person): AsyncGenerator<string> {
    const { pool } = this.transactions;
    for (const source of this.data.sources) {
      for await (const each of source.records(pool, projectId, person)) yield `${JSON.stringify(each)}\n`;
    }
  }
}

import { decodeCursor, Transactions, toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { ValidationPipe } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { TextRepository } from '../persistence/text.repository';
import { InboundTextConnection, InboundTextsArgs } from './inbound-text.type';
import { readPosition } from './read-position';

/** Texts that people sent. */
@Resolver()
export class InboundTextsResolver {
  constructor(
    private readonly texts: TextRepository,
    private readonly transactions: Transactions,
  ) {}

  @Allow('profiles.view')
  @Query(() => InboundTextConnection, {
    description: 'Texts that people sent to our numbers, newest first: STOP, START, HELP and everything else.',
  })
  async inboundTexts(
    @CurrentActor() { projectId }: Actor,
    @Args(new ValidationPipe()) { first, after, keywords, isOther, from }: InboundTextsArgs,
  ): Promise<InboundTextConnection> {
    const rows = await this.texts.list(this.transactions.pool, {
      projectId,
      ...{ keywords: keywords ?? null, isOther: isOther ?? null, from: from ?? null },
      ...{ beforeId: readPosition(decodeCursor(after)), limit: first + 1 },
    });
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }
}

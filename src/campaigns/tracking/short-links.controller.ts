import { systemClock } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { Public } from '@modules/projects';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isMachine } from '../domain/engagement';
import { type ShortLink, ShortLinkRepository } from '../persistence/short-link.repository';
import { EngagementIntake } from './engagement-intake';
import { leadOn } from './lead-on';
import { gonePage } from './pages';
import { sendPage } from './send-page';

const gone = gonePage();
const code = /^[A-Za-z0-9_-]{11}$/;

/** Where the short links in texts lead. */
@Public()
@Controller('l')
export class ShortLinksController {
  constructor(
    private readonly transactions: Transactions,
    private readonly links: ShortLinkRepository,
    private readonly intake: EngagementIntake,
  ) {}

  /** Notes the click and leads on. A code that is not ours, or whose time is over, changes nothing. */
  @Get(':code')
  async follow(
    @Param('code') given: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const link = code.test(given) ? await this.links.find(this.transactions.pool, given) : null;
    if (!link) return sendPage(reply, 410, gone);
    if (request.method === 'GET') await this.note(request, link);
    await leadOn(reply, link.target);
  }

  private note({ headers }: FastifyRequest, { executionId, seq, medium, target }: ShortLink): Promise<boolean> {
    const event = { executionId, seq, medium, kind: 'CLICKED', isMachine: isMachine(headers) } as const;
    const userAgent = headers['user-agent'] ?? '';
    return this.intake.add({
      ...event,
      link: target.slice(0, 2_048),
      answers: null,
      userAgent,
      occurredAt: systemClock.now(),
    });
  }
}

import { Metrics } from '@libs/platform';
import { Public } from '@modules/projects';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** What Prometheus reads of this process. */
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { text, contentType } = await this.metrics.read();
    reply.header('content-type', contentType);
    return text;
  }
}

import { Public } from '@modules/projects';
import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  NotFoundException,
  Param,
  PayloadTooLargeException,
  Post,
  Req,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { TakeReport } from '../delivery/take-report';
import { largestReport } from '../domain/report-body';

/** Where providers post bounces, complaints and receipts. The token in the path names the account and proves the right to report. */
@Public()
@Controller('callbacks/providers')
export class ProviderReportController {
  constructor(private readonly takeReport: TakeReport) {}

  /**
   * Answers 200 when the report is committed, also when it could not be read: it is kept as unknown. 404 for an address that
   * is not ours, 400 for one whose signature cannot be verified as it is written, 401 for a report that is not signed as the
   * account demands, 413 above {@link largestReport}, 503 while a certificate that the report names cannot be fetched: providers report again then.
   */
  @Post(':token')
  @HttpCode(200)
  async receive(@Param('token') token: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<void> {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    if (bytes.length > largestReport) throw new PayloadTooLargeException(`A report has at most ${largestReport} bytes`);
    const headers = request.headers as Record<string, string | undefined>;
    const taken = await this.takeReport.run(token, { headers, body: bytes });
    if (taken.outcome === 'UNKNOWN_ADDRESS') throw new NotFoundException('There is no such address for reports');
    if (taken.outcome === 'MALFORMED') throw new BadRequestException(taken.reason);
    if (taken.outcome === 'NOT_AUTHENTIC') throw new UnauthorizedException(taken.reason);
    if (taken.outcome === 'LATER') throw new ServiceUnavailableException(taken.reason);
  }
}

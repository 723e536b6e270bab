import { query, Transactions } from '@libs/platform';
import { Public } from '@modules/projects';
import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';

/** Whether the process is alive, and whether it can do its work. */
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly transactions: Transactions) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 503 while the database cannot be reached. */
  @Get('ready')
  async ready(): Promise<{ status: 'ok' }> {
    try {
      await query(this.transactions.pool, 'SELECT 1');
      return { status: 'ok' };
    } catch {
      throw new ServiceUnavailableException('The database cannot be reached');
    }
  }
}

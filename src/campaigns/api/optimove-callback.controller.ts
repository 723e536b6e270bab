import { isUuid } from '@libs/foundation';
import { isRetryable, Log } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Public } from '@modules/projects';
import { Body, Controller, Headers, HttpCode, HttpException, NotFoundException, Param, Post } from '@nestjs/common';
import { AcceptCallback } from '../execution/accept-callback';

const waitMs = 5_000;
const serviceUnavailable = 503;

/** Where Optimove announces campaigns. The secret in the path is the authentication: Optimove sends no header. */
@Public()
@Controller('callbacks/optimove')
export class OptimoveCallbackController {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly acceptCallback: AcceptCallback,
    private readonly log: Log,
  ) {}

  /** Answers 200 with an empty body when the call is committed, whatever it says; 404 for a wrong path or secret. */
  @Post(':connectionId/:secret/:kind')
  @HttpCode(200)
  async receive(
    @Param('connectionId') connectionId: string,
    @Param('secret') secret: string,
    @Param('kind') kind: string,
    @Headers('content-type') contentType: string | undefined,
    @Body() body: unknown,
  ): Promise<void> {
    const work = this.accept({ connectionId, secret, kind, contentType: contentType ?? null, body });
    await withinLimit(work, waitMs).catch((error) => {
      if (error instanceof HttpException) throw error;
      this.log.failure('callback.not-accepted', error, { connectionId, kind });
      if (error instanceof TooSlowError || isRetryable(error)) {
        throw new HttpException('Try again in a few seconds', serviceUnavailable);
      }
      throw error;
    });
  }

  private async accept(call: {
    connectionId: string;
    secret: string;
    kind: string;
    contentType: string | null;
    body: unknown;
  }): Promise<void> {
    const connection = isUuid(call.connectionId)
      ? await this.connections.authenticateCallback(call.connectionId, call.secret)
      : null;
    if (!connection) throw new NotFoundException('No such callback address');
    const accepted = await this.acceptCallback.accept({
      connection,
      kind: call.kind.slice(0, 64).replaceAll(/[^\w-]/g, '_'),
      contentType: call.contentType?.slice(0, 200) ?? null,
      body: Buffer.isBuffer(call.body) ? call.body : Buffer.alloc(0),
    });
    this.log.event('callback.accepted', { connectionId: connection.id, kind: call.kind, ...accepted });
  }
}

class TooSlowError extends Error {}

function withinLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TooSlowError(`Not committed within ${limitMs} ms`)), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

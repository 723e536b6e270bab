import { isUuid, newId, systemClock } from '@libs/foundation';
import type { ParsedCallback } from '@libs/optimove-client';
import { isRetryable, Log } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Public } from '@modules/projects';
import {
  Body,
  Controller,
  ForbiddenException,
  Headers,
  HttpCode,
  HttpException,
  Ip,
  NotFoundException,
  Param,
  Post,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { largestCallback, originalContentType } from '../domain/callback-body';
import { AcceptCallback, isTriggered, readCall } from '../execution/accept-callback';
import { CallbackSpool, type SpooledCall } from '../execution/callback-spool';
import { patiently, TooSlowError, withinLimit } from './patience';

const waitMs = 5_000;
const triggeredWaitMs = 2_000;
const awayMs = 1_000;
const retryAfterSeconds = 5;
const serviceUnavailable = 503;

interface ReadCall {
  call: SpooledCall;
  parsed: ParsedCallback;
}

/** Where Optimove announces campaigns. The secret in the path is the authentication: Optimove sends no header. */
@Public()
@Controller('callbacks/optimove')
export class OptimoveCallbackController {
  /** Until when triggered calls go straight to the spool: the database has just been away. */
  private awayUntil = 0;

  constructor(
    private readonly connections: ConnectionsService,
    private readonly acceptCallback: AcceptCallback,
    private readonly spool: CallbackSpool,
    private readonly log: Log,
  ) {}

  /**
   * Answers 200 with an empty body when the call is committed, or a triggered one is on the disk, whatever it says; 404
   * for a wrong path or secret; 403 for an address that the connection does not allow; 503 with Retry-After while the database is away.
   */
  @Post(':connectionId/:secret/:kind')
  @HttpCode(200)
  async receive(
    @Param() { connectionId, secret, kind }: { connectionId: string; secret: string; kind: string },
    @Headers(originalContentType) contentType: string | undefined,
    @Body() body: unknown,
    @Ip() from: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const call: SpooledCall = {
      callId: newId(),
      connectionId,
      secretHash: this.connections.callbackSecretHash(secret),
      kind: kind.slice(0, 64).replaceAll(/[^\w-]/g, '_'),
      contentType: contentType?.slice(0, 200) ?? null,
      body: bytes.subarray(0, largestCallback),
      isCut: bytes.length > largestCallback,
      receivedAt: systemClock.now(),
      from,
    };
    try {
      const read = { call, parsed: readCall(call) };
      await (isTriggered(read.parsed) ? this.acceptTriggered(read) : this.acceptPatiently(read));
    } catch (error) {
      if (error instanceof HttpException) throw error;
      this.log.failure('callback.not-accepted', error, { connectionId, kind: call.kind });
      if (!isTrouble(error)) throw error;
      reply.header('retry-after', String(retryAfterSeconds));
      throw new HttpException('Try again in a few seconds', serviceUnavailable);
    }
  }

  /** Tries until the limit: whoever calls may not call again. */
  private acceptPatiently(read: ReadCall): Promise<void> {
    return patiently((isAgain) => this.accept(read, isAgain), { limitMs: waitMs, isTrouble });
  }

  private async acceptTriggered(read: ReadCall): Promise<void> {
    if (Date.now() >= this.awayUntil) {
      try {
        return await withinLimit(this.accept(read, false), triggeredWaitMs);
      } catch (error) {
        if (!isTrouble(error)) throw error;
        this.awayUntil = Date.now() + awayMs;
      }
    }
    const { call } = read;
    if (!isUuid(call.connectionId) || this.connections.isStranger(call)) {
      throw new NotFoundException('No such callback address');
    }
    await this.spool.keep(call);
    this.log.event('callback.spooled', { connectionId: call.connectionId, kind: call.kind }, 'warn');
  }

  private async accept({ call, parsed }: ReadCall, isAgain: boolean): Promise<void> {
    const { connectionId, kind } = call;
    const connection = isUuid(connectionId) ? await this.connections.authenticateCallback(call) : null;
    if (!connection) throw new NotFoundException('No such callback address');
    const accepted = await this.acceptCallback.accept({ ...call, connection, isAgain }, parsed);
    this.log.event('callback.accepted', { connectionId, kind, ...accepted });
    if (accepted?.isFromStranger) throw new ForbiddenException('Calls from this address are not allowed');
  }
}

function isTrouble(error: unknown): boolean {
  return error instanceof TooSlowError || isRetryable(error);
}

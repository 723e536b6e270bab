import { isStorableText, systemClock } from '@libs/foundation';
import { type InAppView, type InboxPage, KeptMessagesService, type Moment } from '@modules/channels';
import { CurrentDevice, DeviceGuard, type KnownDevice } from '@modules/profiles';
import { Public } from '@modules/projects';
import {
  BadRequestException,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  NotFoundException,
  Param,
  Query,
  UseGuards,
} from '@nestjs/common';
import type { EngagementKind, MessageRef } from '../domain/engagement';
import { readDeliveryId } from '../domain/execution/delivery-id';
import { EngagementIntake } from './engagement-intake';
import { WithholdKept } from './withhold-kept';

const usualPage = 20;
const largestPage = 100;
const longestEvent = 100;

/** What an app or a site fetches for the person who uses it: the inbox, and what it may show now. */
@Public()
@UseGuards(DeviceGuard)
@Controller('sdk/v1')
export class SdkInboxController {
  constructor(
    private readonly kept: KeptMessagesService,
    private readonly intake: EngagementIntake,
    private readonly withhold: WithholdKept,
  ) {}

  /**
   * The inbox of the person, newest first, with the number of unopened messages; nothing for who is excluded by now.
   * What is fetched has been delivered. A copy on the way would be shown without a decision, so none may be kept.
   */
  @Get('inbox')
  @Header('cache-control', 'no-store')
  async inbox(
    @CurrentDevice() device: KnownDevice,
    @Query('limit') limit: unknown,
    @Query('after') after: unknown,
    @Headers('user-agent') userAgent: string | undefined,
  ): Promise<InboxPage> {
    const given = { limit: readLimit(limit), after: readCursor(after) };
    const page = await this.kept.inbox(device, given, (ids) => this.withhold.of(device, 'INBOX', ids));
    const ids = page.messages.map(({ id }) => id);
    const refs = (await this.kept.markFetched(device, ids)).map(readDeliveryId).filter((ref) => ref !== null);
    await Promise.all(refs.map((ref) => this.note(ref, 'DELIVERED', userAgent)));
    return page;
  }

  /** Takes a message out of the inbox, on every installation of the person; the message counts as dismissed. */
  @Delete('inbox/:deliveryId')
  @HttpCode(204)
  async remove(
    @CurrentDevice() device: KnownDevice,
    @Param('deliveryId') deliveryId: string,
    @Headers('user-agent') userAgent: string | undefined,
  ): Promise<void> {
    const ref = readDeliveryId(deliveryId);
    const isInbox = ref?.medium === 'INBOX';
    if (!ref || !isInbox || !(await this.kept.mark(device, { id: deliveryId, deed: 'deleted' }))) {
      throw new NotFoundException('This inbox has no such message');
    }
    await this.note(ref, 'DISMISSED', userAgent);
  }

  /** What may be shown now: at the start of a session, at an event of the app, or because of an event of the server. */
  @Get('in-app')
  @Header('cache-control', 'no-store')
  async inApp(
    @CurrentDevice() device: KnownDevice,
    @Query('trigger') trigger: unknown,
    @Query('event') event: unknown,
  ): Promise<{ messages: InAppView[] }> {
    const moment = readMoment(trigger, event);
    const withheld = (ids: string[]) => this.withhold.of(device, 'IN_APP', ids);
    return { messages: await this.kept.showNow(device, moment, withheld) };
  }

  private note(
    { executionId, seq, medium }: MessageRef,
    kind: EngagementKind,
    userAgent: string | undefined,
  ): Promise<boolean> {
    const at = { occurredAt: systemClock.now(), isMachine: false, link: null, answers: null };
    return this.intake.add({ executionId, seq, medium, kind, userAgent: userAgent ?? '', ...at });
  }
}

function readLimit(text: unknown): number {
  if (text === undefined) return usualPage;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= largestPage) return limit;
  throw problem('limit', `limit must be a whole number from 1 to ${largestPage}`);
}

function readCursor(text: unknown): string | null {
  if (text === undefined) return null;
  if (typeof text === 'string' && /^\d{1,18}$/.test(text)) return text;
  throw problem('after', 'after must be the "next" of an earlier page');
}

function readMoment(trigger: unknown, event: unknown): Moment {
  if (trigger === undefined) return null;
  if (trigger === 'SESSION_START') return { kind: 'SESSION_START' };
  if (trigger !== 'SDK_EVENT') throw problem('trigger', 'trigger must be SESSION_START or SDK_EVENT, or left out');
  const isEvent =
    typeof event === 'string' && event.length >= 1 && event.length <= longestEvent && isStorableText(event);
  if (!isEvent) throw problem('event', `event must name the event, with at most ${longestEvent} characters`);
  return { kind: 'SDK_EVENT', event };
}

function problem(field: string, message: string): BadRequestException {
  return new BadRequestException({ message: 'Some parameters are not as they must be', errors: [{ field, message }] });
}

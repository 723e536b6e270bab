import { systemClock } from '@libs/foundation';
import { KeptMessagesService } from '@modules/channels';
import { CurrentDevice, DeviceGuard, type KnownDevice } from '@modules/profiles';
import { Public } from '@modules/projects';
import { Controller, Headers, HttpCode, NotFoundException, Param, Post, UseGuards } from '@nestjs/common';
import { appReports, kindOfReport } from '../domain/app-report';
import { readDeliveryId } from '../domain/execution/delivery-id';
import { EngagementIntake } from './engagement-intake';

/** What an installation reports of the messages that it got. */
@Public()
@UseGuards(DeviceGuard)
@Controller('sdk/v1/messages')
export class SdkMessagesController {
  constructor(
    private readonly intake: EngagementIntake,
    private readonly kept: KeptMessagesService,
  ) {}

  /** `deliveryId` came with the message; only the installation that got it may report it; what is kept for a person, any of theirs. */
  @Post(':deliveryId/:what')
  @HttpCode(204)
  async report(
    @CurrentDevice() device: KnownDevice,
    @Param('deliveryId') deliveryId: string,
    @Param('what') what: string,
    @Headers('user-agent') userAgent: string | undefined,
  ): Promise<void> {
    const deed = appReports.find((each) => each === what);
    if (!deed) throw new NotFoundException(`A message can be reported ${appReports.join(', ')}, not ${what}`);
    const ref = readDeliveryId(deliveryId);
    if (!ref) throw new NotFoundException('This installation got no such message');
    const { executionId, seq, medium } = ref;
    const isKept = medium === 'INBOX' || medium === 'IN_APP';
    const isOwn = isKept
      ? await this.kept.mark(device, { id: deliveryId, deed })
      : ref.addressKey === device.id && (await this.intake.wentTo(device, ref));
    if (!isOwn) throw new NotFoundException('This installation got no such message');
    const at = {
      occurredAt: systemClock.now(),
      isMachine: false,
      link: null,
      answers: null,
      userAgent: userAgent ?? '',
    };
    const isKnown = await this.intake.add({ executionId, seq, medium, kind: kindOfReport(deed, medium), ...at });
    if (!isKnown) throw new NotFoundException('This installation got no such message');
  }
}

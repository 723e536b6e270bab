import { systemClock } from '@libs/foundation';
import { CurrentDevice, DeviceGuard, type KnownDevice } from '@modules/profiles';
import { Public } from '@modules/projects';
import { Controller, Headers, HttpCode, NotFoundException, Param, Post, UseGuards } from '@nestjs/common';
import type { EngagementKind } from '../domain/engagement';
import { readDeliveryId } from '../domain/execution/delivery-id';
import { EngagementIntake } from './engagement-intake';

const kinds: Record<string, EngagementKind> = { opened: 'OPENED', clicked: 'CLICKED', dismissed: 'DISMISSED' };

/** What an installation reports of the messages that it got. */
@Public()
@UseGuards(DeviceGuard)
@Controller('sdk/v1/messages')
export class SdkMessagesController {
  constructor(private readonly intake: EngagementIntake) {}

  /** `deliveryId` came with the message; only the installation that got it may report it. */
  @Post(':deliveryId/:what')
  @HttpCode(204)
  async report(
    @CurrentDevice() device: KnownDevice,
    @Param('deliveryId') deliveryId: string,
    @Param('what') what: string,
    @Headers('user-agent') userAgent: string | undefined,
  ): Promise<void> {
    const kind = kinds[what];
    if (!kind) throw new NotFoundException(`A message can be reported ${Object.keys(kinds).join(', ')}, not ${what}`);
    const ref = readDeliveryId(deliveryId);
    if (ref?.addressKey !== device.id) throw new NotFoundException('This installation got no such message');
    const { executionId, seq, medium } = ref;
    const at = {
      occurredAt: systemClock.now(),
      isMachine: false,
      link: null,
      answers: null,
      userAgent: userAgent ?? '',
    };
    const isKnown = await this.intake.add({ executionId, seq, medium, kind, ...at });
    if (!isKnown) throw new NotFoundException('This installation got no such message');
  }
}

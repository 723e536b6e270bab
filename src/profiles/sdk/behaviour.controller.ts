import { Public } from '@modules/projects';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import type { KnownDevice } from '../domain/known-device';
import { readBody } from './read-body';
import { CurrentDevice, DeviceGuard } from './sdk.guard';
import { HitsInput } from './sdk.inputs';
import { StoreBehaviour, type StoredBehaviour } from './store-behaviour';

/** What apps and sites tell us of what their people do. */
@Public()
@UseGuards(DeviceGuard)
@Controller('sdk/v1/device')
export class BehaviourController {
  constructor(private readonly behaviour: StoreBehaviour) {}

  /** Events, which segments count. */
  @Post('events')
  @HttpCode(200)
  async hitEvents(@CurrentDevice() device: KnownDevice, @Body() body: unknown): Promise<StoredBehaviour> {
    return this.behaviour.store(device, { kind: 'EVENT', ...(await readBody(HitsInput, body, ['hits'])) });
  }

  /** Hits of tags, which segments count. */
  @Post('tags')
  @HttpCode(200)
  async hitTags(@CurrentDevice() device: KnownDevice, @Body() body: unknown): Promise<StoredBehaviour> {
    return this.behaviour.store(device, { kind: 'TAG', ...(await readBody(HitsInput, body, ['hits'])) });
  }
}

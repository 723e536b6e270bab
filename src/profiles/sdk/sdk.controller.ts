import { Transactions } from '@libs/platform';
import { Public } from '@modules/projects';
import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Headers,
  HttpCode,
  Patch,
  Post,
  Put,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { KnownDevice } from '../domain/known-device';
import type { Subscription } from '../domain/subscription';
import { isUserId } from '../domain/user-id';
import { againAfterClash } from '../persistence/again-after-clash';
import { ConsentRepository } from '../persistence/consent.repository';
import { IdentifyDevice } from './identify-device';
import { readBody } from './read-body';
import { RegisterDevice, type RegisteredDevice } from './register-device';
import { RegistrationLimitFilter } from './registration-limit.filter';
import { ClientAddress, CurrentDevice, DeviceGuard } from './sdk.guard';
import {
  AttributesInput,
  DeviceInput,
  IdentifyInput,
  PushSubscriptionInput,
  RegisterDeviceInput,
  SubscriptionsInput,
} from './sdk.inputs';
import { StoreAttributes } from './store-attributes';

/** What apps and sites tell us of their installations and of who uses them. */
@Public()
@UseFilters(RegistrationLimitFilter)
@Controller('sdk/v1')
export class SdkController {
  constructor(
    private readonly registration: RegisterDevice,
    private readonly identity: IdentifyDevice,
    private readonly attributes: StoreAttributes,
    private readonly consent: ConsentRepository,
    private readonly transactions: Transactions,
  ) {}

  /** Adds an installation; needs the app's SDK key. */
  @Post('devices')
  async register(
    @Headers('x-app-key') sdkKey: string | undefined,
    @ClientAddress() address: string | null,
    @Body() body: unknown,
  ): Promise<RegisteredDevice> {
    const input = await readBody(RegisterDeviceInput, body);
    return this.registration.register({ sdkKey: sdkKey ?? '', address }, input);
  }

  /** Changes what is given of the installation, such as a new push token. */
  @UseGuards(DeviceGuard)
  @Patch('device')
  @HttpCode(204)
  async refresh(@CurrentDevice() device: KnownDevice, @Body() body: unknown): Promise<void> {
    await this.registration.refresh(device, await readBody(DeviceInput, body));
  }

  /** Says who is signed in. */
  @UseGuards(DeviceGuard)
  @Put('device/user')
  async identify(
    @CurrentDevice() device: KnownDevice,
    @ClientAddress() address: string | null,
    @Body() body: unknown,
  ): Promise<{ profileId: string }> {
    const { userId, proof } = await readBody(IdentifyInput, body);
    if (userId !== '' && !isUserId(userId)) {
      throw new BadRequestException('userId must not be blank; send an empty text to sign out');
    }
    await this.registration.checkProof(device, userId, proof ?? null);
    return { profileId: await this.identity.identify(device, { userId, address }) };
  }

  /** Signs out: the installation gets a fresh anonymous profile. */
  @UseGuards(DeviceGuard)
  @Delete('device/user')
  async signOut(@CurrentDevice() device: KnownDevice): Promise<{ profileId: string }> {
    return { profileId: await this.identity.identify(device, { userId: '', address: null }) };
  }

  /** Stores attributes of the person and of the installation; null removes one. */
  @UseGuards(DeviceGuard)
  @Patch('device/attributes')
  @HttpCode(204)
  async setAttributes(@CurrentDevice() device: KnownDevice, @Body() body: unknown): Promise<void> {
    await this.attributes.store(device, await readBody(AttributesInput, body));
  }

  /** Switches push messages on or off for this installation. */
  @UseGuards(DeviceGuard)
  @Put('device/push-subscription')
  @HttpCode(204)
  async setPushSubscription(@CurrentDevice() { projectId, id }: KnownDevice, @Body() body: unknown): Promise<void> {
    const { subscribed } = await readBody(PushSubscriptionInput, body);
    const subscription: Subscription = subscribed ? 'SUBSCRIBED' : 'UNSUBSCRIBED';
    const answer = { deviceIds: [id], subscription };
    await againAfterClash(() => this.transactions.run((tx) => this.consent.answerPush(tx, projectId, 'SDK', answer)));
  }

  /** Stores what the person says about e-mail and SMS. */
  @UseGuards(DeviceGuard)
  @Put('device/subscriptions')
  @HttpCode(204)
  async setSubscriptions(@CurrentDevice() device: KnownDevice, @Body() body: unknown): Promise<void> {
    const { email, sms } = await readBody(SubscriptionsInput, body);
    await againAfterClash(() => this.transactions.run((tx) => this.attributes.answer(tx, device, { email, sms })));
  }
}

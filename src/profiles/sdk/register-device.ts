import { SecretBox, Transactions, type Tx } from '@libs/platform';
import { ConflictException, ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common';
import { hashCredential, isSameSecret, newCredential, proofOfUser } from '../domain/app';
import type { KnownDevice } from '../domain/known-device';
import { AppEntity } from '../persistence/app.entity';
import { type DeviceFacts, DeviceRepository } from '../persistence/device.repository';
import { againWhenTaken } from './again-when-taken';
import { RegistrationBudget } from './registration-budget';
import type { DeviceInput, RegisterDeviceInput } from './sdk.inputs';

/** A registered installation. The secret is given out here, once. */
export interface RegisteredDevice {
  deviceId: string;
  profileId: string;
  deviceSecret: string;
}

/** How installations of an app become devices, and how they prove whose they are. */
@Injectable()
export class RegisterDevice {
  constructor(
    private readonly transactions: Transactions,
    private readonly devices: DeviceRepository,
    private readonly secrets: SecretBox,
    private readonly budget: RegistrationBudget,
  ) {}

  /**
   * Adds an installation with an anonymous profile.
   * @param address where the call came from; null when that is not known for sure.
   * @throws {UnauthorizedException} for an unknown key or a disabled app.
   * @throws {RegistrationLimitError} when the app takes no more newcomers for now.
   * @throws {ConflictException} when the installation is registered: only its own secret may speak for it.
   */
  async register(
    { sdkKey, address }: { sdkKey: string; address: string | null },
    { installationId, ...input }: RegisterDeviceInput,
  ): Promise<RegisteredDevice> {
    const app = await this.transactions.pool.findOneBy(AppEntity, {
      sdkKeyHash: hashCredential(sdkKey),
      isEnabled: true,
    });
    if (!app) throw new UnauthorizedException('Send the SDK key of an enabled app as "x-app-key"');
    await this.budget.spend(app, address);
    const { secret, hash } = newCredential('xpd_');
    const { id: appId, projectId, platform } = app;
    const add = async (tx: Tx): Promise<{ id: string; profileId: string } | null> => {
      const device = await this.devices.add(tx, { projectId, appId, platform, installationId, secretHash: hash });
      if (device) await this.devices.report(tx, { projectId, id: device.id }, factsOf(input));
      return device;
    };
    const added = await againWhenTaken(() => this.transactions.run(add));
    if (added) return { deviceId: added.id, profileId: added.profileId, deviceSecret: secret };
    const remedy = 'use the device secret it was given, or register with a new installationId';
    throw new ConflictException(`This installationId is registered already; ${remedy}`);
  }

  /** Stores what an installation says about itself. */
  refresh({ projectId, id }: KnownDevice, input: DeviceInput): Promise<void> {
    const facts = factsOf(input);
    return againWhenTaken(() => this.transactions.run((tx) => this.devices.report(tx, { projectId, id }, facts)));
  }

  /** @throws {ForbiddenException} when the app wants a proof of the user ID and this is none. */
  async checkProof({ appId, projectId }: KnownDevice, userId: string, proof: string | null): Promise<void> {
    if (userId === '') return;
    const app = await this.transactions.pool.findOneByOrFail(AppEntity, { projectId, id: appId });
    if (app.identitySecret === null) return;
    const expected = proofOfUser(this.secrets.open(app.identitySecret, app.id), userId);
    if (proof && isSameSecret(proof, expected)) return;
    throw new ForbiddenException(
      'This app needs a proof of the user ID: send "proof", the HMAC-SHA256 of it made by your server with the identity secret',
    );
  }
}

function factsOf({ pushToken, webPush, ...rest }: DeviceInput): DeviceFacts {
  const facts: DeviceFacts = { ...rest };
  if (pushToken !== undefined) facts.token = pushToken;
  if (webPush !== undefined)
    Object.assign(facts, { token: webPush?.endpoint ?? null, webPushKeys: webPush?.keys ?? null });
  return facts;
}

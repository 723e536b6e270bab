import { type EncryptionKeys, encryptionKeysProblem } from '@libs/delivery';
import { SecretBox, Transactions, type Tx } from '@libs/platform';
import {
  BadRequestException,
  ConflictException,
  ForbiddenException,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { hashCredential, isSameSecret, newCredential, type Platform, proofOfUser } from '../domain/app';
import { browserOf } from '../domain/browser';
import type { KnownDevice } from '../domain/known-device';
import { pushTokenProblem, storedEnvironment, storedToken } from '../domain/push-token';
import { againAfterClash } from '../persistence/again-after-clash';
import { AppEntity } from '../persistence/app.entity';
import { type DeviceFacts, DeviceRepository } from '../persistence/device.repository';
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
   * @throws {BadRequestException} for a token that is none of the push service it names, keys that are none, and a browser of an app.
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
    const { id: appId, projectId, platform } = app;
    const facts = factsOf(input, platform);
    await this.budget.spend(app, address);
    const { secret, hash } = newCredential('xpd_');
    const add = async (tx: Tx): Promise<{ id: string; profileId: string } | null> => {
      const device = await this.devices.add(tx, { projectId, appId, platform, installationId, secretHash: hash });
      if (device) await this.devices.report(tx, { projectId, id: device.id }, facts);
      return device;
    };
    const added = await againAfterClash(() => this.transactions.run(add));
    if (added) return { deviceId: added.id, profileId: added.profileId, deviceSecret: secret };
    const remedy = 'use the device secret it was given, or register with a new installationId';
    throw new ConflictException(`This installationId is registered already; ${remedy}`);
  }

  /** Stores what an installation says about itself. @throws {BadRequestException} as when it registers. */
  async refresh({ projectId, id, platform }: KnownDevice, input: DeviceInput): Promise<void> {
    const facts = factsOf(input, platform);
    return againAfterClash(() => this.transactions.run((tx) => this.devices.report(tx, { projectId, id }, facts)));
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

function factsOf(input: DeviceInput, platform: Platform): DeviceFacts {
  const { pushToken, pushService, apnsEnvironment, webPush, ...rest } = input;
  const facts: DeviceFacts = { ...rest };
  if (rest.encryptionKeys) checkKeys(rest.encryptionKeys, platform);
  if (pushToken !== undefined || pushService || apnsEnvironment) Object.assign(facts, tokenOf(input, platform));
  if (webPush !== undefined)
    Object.assign(facts, { token: webPush?.endpoint ?? null, webPushKeys: webPush?.keys ?? null });
  if (webPush) facts.servedBrowser = browserOf(webPush.endpoint);
  if (input.browser && platform !== 'WEB') throw refusal('browser', 'Only sites have a browser; an app leaves it out');
  return facts;
}

function checkKeys(keys: EncryptionKeys, platform: Platform): void {
  if (platform === 'WEB')
    throw refusal('encryptionKeys', 'A browser has its keys in webPush; leave encryptionKeys out');
  const problem = encryptionKeysProblem(keys);
  if (problem) throw refusal(`encryptionKeys.${problem.field}`, problem.message);
}

function tokenOf(
  { pushToken, pushService = null, apnsEnvironment = null }: DeviceInput,
  platform: Platform,
): Pick<DeviceFacts, 'token' | 'apnsEnvironment'> {
  if (pushToken === undefined) throw refusal('pushToken', 'Send the token together with its push service');
  const named = { token: pushToken, platform, pushService, apnsEnvironment };
  const problem = pushTokenProblem(named);
  if (problem) throw refusal(problem.field === 'token' ? 'pushToken' : problem.field, problem.message);
  return { token: storedToken(named), apnsEnvironment: storedEnvironment(named) };
}

function refusal(field: string, message: string): BadRequestException {
  return new BadRequestException({ message: 'Some fields are not as they must be', errors: [{ field, message }] });
}

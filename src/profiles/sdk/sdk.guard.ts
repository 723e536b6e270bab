import { Transactions } from '@libs/platform';
import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { hashCredential } from '../domain/app';
import type { KnownDevice } from '../domain/known-device';
import { DeviceRepository } from '../persistence/device.repository';

interface DeviceRequest {
  headers: Record<string, string | string[] | undefined>;
  device?: KnownDevice;
  ip: string;
  /** The way of a call through proxies that are trusted; absent when none is. */
  ips?: string[];
}

/** Lets in a registered installation of an enabled app, by the secret that its registration was answered with. */
@Injectable()
export class DeviceGuard implements CanActivate {
  constructor(
    private readonly transactions: Transactions,
    private readonly devices: DeviceRepository,
  ) {}

  /** @throws {UnauthorizedException} without a device secret that is still good. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<DeviceRequest>();
    const secret = /^Bearer\s+(xpd_\S+)$/i.exec(String(request.headers.authorization ?? ''))?.[1];
    const device = secret && (await this.devices.bySecret(this.transactions.pool, hashCredential(secret)));
    if (!device) throw new UnauthorizedException('Send the device secret as "Authorization: Bearer <secret>"');
    request.device = device;
    return true;
  }
}

/** The installation that asks: a parameter of routes behind {@link DeviceGuard}. */
export const CurrentDevice = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<DeviceRequest>().device,
);

/** Where a call came from; null unless trusted proxies say so: the address might be that of a proxy nobody named. */
export const ClientAddress = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const { ip, ips } = context.switchToHttp().getRequest<DeviceRequest>();
  return ips ? ip : null;
});

import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Actors } from '../actors';
import { mayDo, type Permission } from '../domain/actor';
import { allowKey, publicKey, type RequestWithActor, requestOf } from './actor.decorators';

/** Lets nobody in without an API key, and nobody do what the key's role does not include. */
@Injectable()
export class ActorGuard implements CanActivate {
  constructor(
    private readonly actors: Actors,
    private readonly reflector: Reflector,
  ) {}

  /** @throws {UnauthorizedException} without a valid key. @throws {ForbiddenException} naming the missing permission. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(publicKey, targets)) return true;
    const request = requestOf(context);
    const key = keyOf(request);
    const actor = request.actor ?? (key ? await this.actors.ofKey(key) : null);
    if (!actor) throw new UnauthorizedException('Send a valid API key as "Authorization: Bearer <key>" or "x-api-key"');
    request.actor = actor;
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(allowKey, targets);
    if (permission && !mayDo(actor.role, permission)) {
      throw new ForbiddenException(`This API key (${actor.role}) lacks the permission ${permission}`);
    }
    return true;
  }
}

function keyOf({ headers }: RequestWithActor): string | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(String(headers.authorization ?? ''))?.[1];
  const direct = headers['x-api-key'];
  return bearer ?? (typeof direct === 'string' && direct !== '' ? direct : null);
}

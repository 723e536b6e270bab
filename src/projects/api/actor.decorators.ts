import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Actor, Permission } from '../domain/actor';

/** Metadata key of {@link Public}. */
export const publicKey = 'projects:public';
/** Metadata key of {@link Allow}. */
export const allowKey = 'projects:allow';

/** A request as the guard leaves it. */
export interface RequestWithActor {
  headers: Record<string, string | string[] | undefined>;
  actor?: Actor;
}

/** Opens a route or a whole controller to callers without an API key. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(publicKey, true);

/** Names the permission that a resolver method or route needs. */
export const Allow = (permission: Permission): MethodDecorator & ClassDecorator => SetMetadata(allowKey, permission);

/** The request behind GraphQL and HTTP alike. */
export function requestOf(context: ExecutionContext): RequestWithActor {
  if (context.getType<string>() !== 'graphql') return context.switchToHttp().getRequest<RequestWithActor>();
  return GqlExecutionContext.create(context).getContext<{ req: RequestWithActor }>().req;
}

/** The actor of the request: a parameter of resolver methods and routes. */
export const CurrentActor = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => requestOf(context).actor,
);

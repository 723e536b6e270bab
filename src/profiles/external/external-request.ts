import { validateInput } from '@libs/platform';
import { type Actor, Actors, mayDo } from '@modules/projects';
import { HttpException, Injectable } from '@nestjs/common';

/** Who asks in the way of Xtremepush's External API: the app token is an API key of the project. */
@Injectable()
export class ExternalActors {
  constructor(private readonly actors: Actors) {}

  /** @throws {HttpException} 401 without a good key, 403 for one that may not change profiles. */
  async of(authorization: string | undefined, body: unknown): Promise<Actor> {
    const token = (body as { apptoken?: unknown } | null)?.apptoken;
    const key = typeof token === 'string' ? token : /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
    const actor = key ? await this.actors.ofKey(key) : null;
    if (!actor) throw refusal(401, ['apptoken must be an API key of the project']);
    if (!mayDo(actor.role, 'profiles.manage'))
      throw refusal(403, [`This API key (${actor.role}) lacks profiles.manage`]);
    return actor;
  }
}

/**
 * Checks a body by the decorators of its class. @param judgedLater fields of which the caller judges the texts one by one.
 * @throws {HttpException} 400 naming every field.
 */
export async function readExternal<T extends object>(
  type: new () => T,
  body: unknown,
  judgedLater: readonly string[] = [],
): Promise<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw refusal(400, ['The body must be an object']);
  const problems = await validateInput(type, body, judgedLater);
  if (problems.length > 0)
    throw refusal(
      400,
      problems.map(({ path, message }) => `${path.join('.')}: ${message}`),
    );
  return body as T;
}

/** A refusal as Xtremepush words it. */
export function refusal(code: number, errors: string[]): HttpException {
  return new HttpException({ code, success: false, message: errors[0] ?? '', errors }, code);
}

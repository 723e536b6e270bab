import { setTimeout as pause } from 'node:timers/promises';
import { groupBy, toError } from '@libs/foundation';
import { Pool } from 'undici';
import type { ProofWorld } from './proof-world';
import { type ActRequest, ActRequests, type Player } from './requests';
import type { Scene } from './stories';

const sockets = 16;
const againAfterMs = 200;
const longestMs = 60_000;
/** Nobody who receives texts is bound to the SMS centre. */
const nobodyBound = 409;

/** Plays scenes against the product. */
export class Stagehand {
  private readonly requests: ActRequests;
  private readonly pools: Record<ActRequest['to'], Pool>;

  constructor(
    world: ProofWorld,
    private readonly players: Map<string, Player>,
  ) {
    this.requests = new ActRequests(world.encryptionKeys);
    this.pools = {
      product: new Pool(world.apiUrl, { connections: sockets }),
      'far-end': new Pool(world.sandboxUrl, { connections: sockets }),
    };
  }

  /** Plays them, many people at a time, those of one person one after the other. @throws when one is not taken. */
  async play(scenes: Scene[]): Promise<void> {
    const queue = groupBy(scenes, ({ person }) => person.customerId).values();
    const work = async (): Promise<void> => {
      for (const own of queue) for (const scene of own) await this.perform(scene);
    };
    await Promise.all(Array.from({ length: sockets }, work));
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.pools).map((pool) => pool.close()));
  }

  /** As whoever reports does: again until it is taken. */
  private async perform({ person, act }: Scene): Promise<void> {
    const player = this.players.get(person.customerId);
    if (!player) throw new Error(`${person.customerId} got no message`);
    const request = this.requests.of(player, act);
    const endsAt = Date.now() + longestMs;
    for (;;) {
      const failure = await this.failureOf(request);
      if (failure === null) return;
      if (Date.now() > endsAt) throw new Error(`${act} of ${person.customerId}: ${failure}`);
      await pause(againAfterMs);
    }
  }

  /** Null when it was taken. @throws when it never will be. */
  private async failureOf({ to, method, path, headers, body }: ActRequest): Promise<string | null> {
    try {
      const answer = await this.pools[to].request({ method, path, headers, body });
      const text = await answer.body.text();
      const status = reportedStatus(path, text) ?? answer.statusCode;
      if (status < 400) return null;
      if (status < 500 && status !== nobodyBound) throw new RefusedError(`${method} ${path}: ${status} ${text}`);
      return `${status} ${text}`;
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      return toError(error).message;
    }
  }
}

class RefusedError extends Error {}

/** A far end that passes a report on says how it was answered; null where that is not what it says. */
function reportedStatus(path: string, text: string): number | null {
  if (!path.endsWith('/email/reports')) return null;
  const answer = JSON.parse(text) as { status?: number | null };
  if (answer.status === null) throw new RefusedError(`Nobody wants the report: ${path}`);
  return answer.status ?? null;
}

import { LinkSigner } from '@libs/platform';
import { packRef } from '@modules/campaigns';
import { Pool } from 'undici';
import type { Random } from '../plan/random';
import type { ProofWorld } from './proof-world';

/** A request to one of the links in a message. */
export interface LinkRequest {
  method: 'GET' | 'POST';
  path: string;
}

const target = 'https://example.com/offers';
const sockets = 16;
const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36' };
const chance = { opens: 0.5, opensAgain: 0.2, clicks: 0.3, leaves: 0.06 };

/** What people do at random with their messages, in a random order: some of it twice. */
export function randomEvents(world: ProofWorld, executionId: string, seqs: number[], random: Random): LinkRequest[] {
  const signer = new LinkSigner(world.encryptionKeys);
  const lastDay = new Date(Date.now() + 86_400_000);
  const requests = seqs.flatMap((seq): LinkRequest[] => {
    const token = (bound: string) => signer.sign(packRef({ executionId, seq, medium: 'EMAIL' }), { lastDay, bound });
    const open: LinkRequest = { method: 'GET', path: `/t/o/${token('o')}` };
    const click: LinkRequest = { method: 'GET', path: `/t/c/${token(target)}?to=${encodeURIComponent(target)}` };
    const leave: LinkRequest = { method: 'POST', path: `/t/u/${token('u')}` };
    return [
      ...(random() < chance.opens ? [open, ...(random() < chance.opensAgain ? [open] : [])] : []),
      ...(random() < chance.clicks ? [click] : []),
      ...(random() < chance.leaves ? [leave] : []),
    ];
  });
  return shuffle(random, requests);
}

/** Asks for every link once. @throws when one is not answered. */
export async function follow({ apiUrl }: ProofWorld, requests: LinkRequest[]): Promise<void> {
  const pool = new Pool(apiUrl, { connections: sockets });
  let next = 0;
  const work = async (): Promise<void> => {
    for (let request = requests[next++]; request; request = requests[next++]) {
      const { statusCode, body } = await pool.request({ ...request, headers });
      await body.dump();
      if (statusCode >= 400) throw new Error(`${request.path}: ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: sockets }, work));
  await pool.close();
}

function shuffle<T>(random: Random, things: T[]): T[] {
  for (let at = things.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [things[at], things[other]] = [things[other] as T, things[at] as T];
  }
  return things;
}

import { preferencesAtOptimove } from './at-optimove';
import type { Expected } from './expected';
import type { ProofConnection } from './proof-stage';
import type { ProofWorld } from './proof-world';

/** The last state of everybody on every road: as it was played, as profiles say, and as each account at Optimove holds it. */
export async function differentPreferences(
  world: ProofWorld,
  connections: ProofConnection[],
  expected: Expected,
): Promise<string[]> {
  const here = await preferencesHere(world);
  const wrong = differences(expected.contactable, here).map((key) => {
    const played = expected.actsOf(key.split(' ')[1] ?? '').join(', ');
    return `${key}: ${here.get(key) ? 'can' : 'cannot'} be contacted here after ${played}`;
  });
  for (const connection of connections) {
    const there = await preferencesAtOptimove(world, connection);
    wrong.push(...differences(here, there).map((key) => `${connection.telling.name}: ${key}`));
  }
  return wrong;
}

function differences(one: Map<string, boolean>, other: Map<string, boolean>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((key) => one.get(key) !== other.get(key));
}

async function preferencesHere(world: ProofWorld): Promise<Map<string, boolean>> {
  const rows = await world.ask<{ key: string; can: boolean }>(
    `SELECT 'email ' || user_id AS key, email_subscription = 'SUBSCRIBED' AND email IS NOT NULL AND is_email_addressable AS can
       FROM profile WHERE user_id IS NOT NULL AND (email IS NOT NULL OR email_subscription <> 'NOT_SET')
     UNION ALL SELECT 'sms ' || user_id, sms_subscription = 'SUBSCRIBED' AND mobile_number IS NOT NULL AND is_mobile_number_addressable
       FROM profile WHERE user_id IS NOT NULL AND (mobile_number IS NOT NULL OR sms_subscription <> 'NOT_SET')
     UNION ALL SELECT 'push ' || p.user_id, bool_or(d.token IS NOT NULL AND d.is_addressable AND d.push_subscription <> 'UNSUBSCRIBED')
       FROM device d JOIN profile p ON p.id = d.profile_id WHERE d.platform <> 'WEB' AND p.user_id IS NOT NULL GROUP BY 1`,
  );
  return new Map(rows.map(({ key, can }) => [key, can]));
}

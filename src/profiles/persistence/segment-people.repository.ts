import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { DeviceFilter } from '../domain/device-filter';
import { addressOf, type CompiledRules } from '../domain/segments/compile-rules';
import type { Scope } from '../domain/segments/statement';
import { countedDevices } from './counted-devices';

/** How many people of a segment can be reached, in all and per medium. */
export interface RecipientSums {
  people: number;
  mobilePush: number;
  webPush: number;
  email: number;
  sms: number;
  /** By inbox, in-app and on-site messages. */
  inside: number;
}

const wantsPush = `d.push_subscription <> 'UNSUBSCRIBED'`;

/** People to whom compiled rules apply. */
@Injectable()
export class SegmentPeopleRepository {
  /** Those of the scope, in no order. */
  async filter(tx: Tx, { joins, condition, parameters }: CompiledRules): Promise<string[]> {
    const rows = await query<{ id: string }>(tx, `SELECT p.id FROM profile p ${joins} WHERE ${condition}`, parameters);
    return rows.map(({ id }) => id);
  }

  /** Counts who would be sent to: addressable, and subscribed (push: not unsubscribed), as the gate has it; inside, whoever has an installation. */
  async sums(
    tx: Tx,
    { joins, condition, parameters }: CompiledRules,
    { scope, devices }: { scope: Scope; devices: DeviceFilter },
  ): Promise<RecipientSums> {
    const range = scope.of === 'range' ? rangeOf(scope, 'd.profile_id') : '';
    const counted = countedDevices(devices, parameters);
    const [row] = await query<RecipientSums>(
      tx,
      `SELECT count(*)::int AS people, count(*) FILTER (WHERE r.mobile)::int AS "mobilePush",
         count(*) FILTER (WHERE r.web)::int AS "webPush", count(*) FILTER (WHERE r.inside)::int AS inside,
         count(*) FILTER (WHERE ${addressOf.EMAIL} AND p.email_subscription = 'SUBSCRIBED')::int AS email,
         count(*) FILTER (WHERE ${addressOf.SMS} AND p.sms_subscription = 'SUBSCRIBED')::int AS sms
       FROM profile p
       LEFT JOIN (
         SELECT d.profile_id, bool_or(d.app_id IS NOT NULL) AS inside,
           bool_or(${wantsPush} AND ${addressOf.MOBILE_PUSH} AND ${counted.mobile}) AS mobile,
           bool_or(${wantsPush} AND ${addressOf.WEB_PUSH} AND ${counted.web}) AS web
         FROM device d WHERE d.project_id = $1 ${range} AND ${counted.all} GROUP BY d.profile_id
       ) r ON r.profile_id = p.id
       ${joins} WHERE ${condition}`,
      counted.parameters,
    );
    return row ?? { people: 0, mobilePush: 0, webPush: 0, email: 0, sms: 0, inside: 0 };
  }

  /** The id of the last of the next `count` profiles after one; null where no more than that many are left. */
  async lastOfNext(
    tx: Tx,
    projectId: string,
    { after, count }: { after: string | null; count: number },
  ): Promise<string | null> {
    const rows = await query<{ id: string }>(
      tx,
      'SELECT id FROM profile WHERE project_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id OFFSET $3 LIMIT 1',
      [projectId, after, count - 1],
    );
    return rows[0]?.id ?? null;
  }

  /** How many profiles come after one, or all of them. */
  async total(tx: Tx, projectId: string, after: string | null = null): Promise<number> {
    const sql = `SELECT count(*)::int AS total FROM profile WHERE project_id = $1 AND ($2::uuid IS NULL OR id > $2)`;
    const [row] = await query<{ total: number }>(tx, sql, [projectId, after]);
    return row?.total ?? 0;
  }
}

function rangeOf({ after, upTo }: { after: string | null; upTo: string | null }, column: string): string {
  return `${after === null ? '' : `AND ${column} > $2::uuid`} ${upTo === null ? '' : `AND ${column} <= $3::uuid`}`;
}

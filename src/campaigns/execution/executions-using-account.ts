import { query, type Tx } from '@libs/platform';
import { AccountUsers, type TakenAway } from '@modules/channels';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { contentFields } from '../domain/content/campaign-content';

const mostNamed = 5;

/** Names what would leave people out without a provider account: executions not at their end, Direct campaigns planned. */
@Injectable()
export class ExecutionsUsingAccount implements OnModuleInit {
  constructor(private readonly users: AccountUsers) {}

  onModuleInit(): void {
    this.users.register(namesOf);
    this.users.register(planned);
  }
}

const needsAccount = `v.content ? $2 AND ($3::uuid IS NULL OR coalesce(v.content->'appIds' ? $3::text, true))`;

/** An execution whose templates are not known yet may need any account. */
async function namesOf(tx: Tx, { projectId, medium, appId }: TakenAway): Promise<string[]> {
  const rows = await query<{ id: string; name: string | null; count: number }>(
    tx,
    `SELECT e.id, min(coalesce(c.name, d.name)) AS name, (count(*) OVER ())::int AS count
     FROM execution e LEFT JOIN execution_template t ON t.execution_id = e.id
     LEFT JOIN campaign_version v ON v.id = t.version_id
     LEFT JOIN campaign c ON c.id = v.campaign_id LEFT JOIN direct_campaign d ON d.id = v.campaign_id
     WHERE e.project_id = $1 AND e.state IN ('ANNOUNCED', 'READING', 'RUNNING') AND e.cancel_requested_at IS NULL
       AND (t.execution_id IS NULL OR (${needsAccount}))
     GROUP BY e.id ORDER BY e.id DESC LIMIT ${mostNamed}`,
    [projectId, contentFields[medium], appId],
  );
  const more = (rows[0]?.count ?? 0) - rows.length;
  const names = rows.map(({ id, name }) => (name === null ? `execution ${id}` : `"${name}" (execution ${id})`));
  return more > 0 ? [...names, `${more} more`] : names;
}

async function planned(tx: Tx, { projectId, medium, appId }: TakenAway): Promise<string[]> {
  const rows = await query<{ name: string; at: Date }>(
    tx,
    `SELECT d.name, d.next_at AS at FROM direct_campaign d JOIN campaign_version v ON v.id = d.launched_version_id
     WHERE d.project_id = $1 AND d.status = 'SCHEDULED' AND d.next_at IS NOT NULL AND ${needsAccount}
     ORDER BY d.next_at LIMIT ${mostNamed}`,
    [projectId, contentFields[medium], appId],
  );
  return rows.map(({ name, at }) => `"${name}" (Direct, planned for ${at.toISOString()})`);
}

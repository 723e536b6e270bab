import { query, type Tx } from '@libs/platform';
import { Dependents, type Part, RuleSubjects } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';

const mostNamed = 20;

/** Campaigns of both kinds that somebody still works with. */
const campaigns = `(
  SELECT name, content, segment FROM campaign WHERE project_id = $1 AND status <> 'ARCHIVED'
  UNION ALL SELECT name, content, segment FROM direct_campaign WHERE project_id = $1 AND status <> 'ARCHIVED') AS c`;

/** What segments narrow. */
const narrowed = `(
  SELECT 'campaign' AS kind, name, segment FROM ${campaigns}
  UNION ALL SELECT 'engagement category', name, segment FROM engagement_category
  WHERE project_id = $1 AND NOT is_archived) AS n`;

/** Names the campaigns, engagement categories, snippets and e-mail templates that rest on an attribute or a segment, and the campaigns that rules can name. */
@Injectable()
export class CampaignDependents implements OnModuleInit {
  constructor(
    private readonly dependents: Dependents,
    private readonly subjects: RuleSubjects,
  ) {}

  onModuleInit(): void {
    this.dependents.register((tx, projectId, part) => this.of(tx, projectId, part));
    this.subjects.register('campaign', knownCampaigns);
  }

  private async of(tx: Tx, projectId: string, part: Part): Promise<string[]> {
    if ('segmentId' in part) {
      const rows = await query<{ kind: string; name: string }>(
        tx,
        `SELECT kind, name FROM ${narrowed} WHERE segment->>'segmentId' = $2 ORDER BY kind, name LIMIT ${mostNamed}`,
        [projectId, part.segmentId],
      );
      return rows.map(({ kind, name }) => `The ${kind} "${name}" is narrowed by it`);
    }
    const users = await query<{ kind: string; name: string }>(
      tx,
      `SELECT kind, name FROM ${narrowed} WHERE jsonb_path_exists(segment, '$.** ? (@.kind == "attribute" && @.name == $name)', jsonb_build_object('name', $2::text))
       ORDER BY kind, name LIMIT ${mostNamed}`,
      [projectId, part.attribute],
    );
    const written = await query<{ kind: string; name: string }>(
      tx,
      `SELECT 'campaign' AS kind, name FROM ${campaigns} WHERE strpos(content::text, 'user.' || $2::text) > 0
       UNION ALL SELECT 'snippet', name FROM snippet WHERE project_id = $1 AND strpos(text, 'user.' || $2::text) > 0
       UNION ALL SELECT 'e-mail template', name FROM email_template WHERE project_id = $1 AND NOT is_archived
         AND strpos(concat_ws(' ', subject, preheader, html), 'user.' || $2::text) > 0
       ORDER BY kind, name LIMIT ${mostNamed}`,
      [projectId, part.attribute],
    );
    return [
      ...users.map(({ kind, name }) =>
        kind === 'engagement category'
          ? `The ${kind} "${name}" is narrowed by it and lets nobody through any more`
          : `The ${kind} "${name}" is narrowed by it and cannot be launched again`,
      ),
      ...written.map(({ kind, name }) => `The ${kind} "${name}" writes it; its values are no longer checked`),
    ];
  }
}

async function knownCampaigns(tx: Tx, projectId: string, ids: string[]): Promise<string[]> {
  const rows = await query<{ id: string }>(
    tx,
    `SELECT id FROM campaign WHERE project_id = $1 AND id = ANY($2::uuid[])
     UNION ALL SELECT id FROM direct_campaign WHERE project_id = $1 AND id = ANY($2::uuid[])`,
    [projectId, ids],
  );
  return rows.map(({ id }) => id);
}

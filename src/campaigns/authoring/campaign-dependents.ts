import { query, type Tx } from '@libs/platform';
import { Dependents, type Part } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';

const mostNamed = 20;

/** Names the campaigns and snippets that rest on an attribute or a segment. */
@Injectable()
export class CampaignDependents implements OnModuleInit {
  constructor(private readonly dependents: Dependents) {}

  onModuleInit(): void {
    this.dependents.register((tx, projectId, part) => this.of(tx, projectId, part));
  }

  private async of(tx: Tx, projectId: string, part: Part): Promise<string[]> {
    if ('segmentId' in part) {
      const rows = await query<{ name: string }>(
        tx,
        `SELECT name FROM campaign WHERE project_id = $1 AND status <> 'ARCHIVED' AND segment->>'segmentId' = $2
         ORDER BY name LIMIT ${mostNamed}`,
        [projectId, part.segmentId],
      );
      return rows.map(({ name }) => `The campaign "${name}" is narrowed by it`);
    }
    const narrowed = await query<{ name: string }>(
      tx,
      `SELECT name FROM campaign WHERE project_id = $1 AND status <> 'ARCHIVED'
         AND jsonb_path_exists(segment, '$.** ? (@.kind == "attribute" && @.name == $name)', jsonb_build_object('name', $2::text))
       ORDER BY name LIMIT ${mostNamed}`,
      [projectId, part.attribute],
    );
    const written = await query<{ kind: string; name: string }>(
      tx,
      `SELECT 'campaign' AS kind, name FROM campaign
       WHERE project_id = $1 AND status <> 'ARCHIVED' AND strpos(content::text, 'user.' || $2::text) > 0
       UNION ALL SELECT 'snippet', name FROM snippet WHERE project_id = $1 AND strpos(text, 'user.' || $2::text) > 0
       ORDER BY kind, name LIMIT ${mostNamed}`,
      [projectId, part.attribute],
    );
    return [
      ...narrowed.map(({ name }) => `The campaign "${name}" is narrowed by it and cannot be launched again`),
      ...written.map(({ kind, name }) => `The ${kind} "${name}" writes it; its values are no longer checked`),
    ];
  }
}

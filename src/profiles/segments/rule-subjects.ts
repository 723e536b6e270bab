import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { RuleFault } from '../domain/segments/faults';
import { namedIds, type SubjectKind } from '../domain/segments/named-ids';
import type { SegmentRules } from '../domain/segments/rules';

/** Those of these ids that the project has. */
export type KnownSubjects = (tx: Tx, projectId: string, ids: string[]) => Promise<string[]>;

/** What rules can name by id: apps, and whatever upper modules register. A slip would otherwise match nobody, silently. */
@Injectable()
export class RuleSubjects {
  private readonly known = new Map<SubjectKind, KnownSubjects>([['app', knownApps]]);

  /** Called while the process starts. */
  register(kind: SubjectKind, known: KnownSubjects): void {
    this.known.set(kind, known);
  }

  /** A fault for every id that the project does not have. */
  async faults(tx: Tx, projectId: string, rules: SegmentRules): Promise<RuleFault[]> {
    const named = namedIds(rules);
    const faults: RuleFault[] = [];
    for (const [kind, known] of this.known) {
      const ofKind = named.filter((each) => each.kind === kind);
      if (ofKind.length === 0) continue;
      const there = new Set(await known(tx, projectId, [...new Set(ofKind.map(({ id }) => id.toLowerCase()))]));
      const missing = ofKind.filter(({ id }) => !there.has(id.toLowerCase()));
      faults.push(...missing.map(({ path }) => ({ path, message: `No ${kind} of this project has this id` })));
    }
    return faults;
  }
}

async function knownApps(tx: Tx, projectId: string, ids: string[]): Promise<string[]> {
  const sql = 'SELECT id FROM app WHERE project_id = $1 AND id = ANY($2::uuid[])';
  return (await query<{ id: string }>(tx, sql, [projectId, ids])).map(({ id }) => id);
}

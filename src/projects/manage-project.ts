import { isTimeZone } from '@libs/foundation';
import { type InputProblem, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from './audit-trail';
import type { Actor } from './domain/actor';
import { ProjectNotFoundError } from './domain/errors';
import { ProjectEntity } from './persistence/project.entities';

/** Why a change of a project was refused. */
export type ProjectProblemCode = 'INVALID' | 'CONFLICT';

/** What can be changed; absent keeps. */
export interface ProjectChange {
  /** The version that was read. */
  version: number;
  name?: string | null;
  timeZone?: string | null;
}

/** What became of a change. */
export interface ProjectOutcome {
  project: ProjectEntity | null;
  problems: (InputProblem & { code: ProjectProblemCode })[];
}

/** The settings of a project itself. */
@Injectable()
export class ManageProject {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
  ) {}

  /** Changes the actor's project. @throws {ProjectNotFoundError} */
  update(actor: Actor, { version, name, timeZone }: ProjectChange): Promise<ProjectOutcome> {
    return this.transactions.run(async (tx) => {
      const isZoneGiven = timeZone !== undefined && timeZone !== null;
      const zone = isZoneGiven ? await zoneNamed(tx, timeZone) : null;
      if (isZoneGiven && !zone)
        return refused('INVALID', 'timeZone', 'timeZone must be an IANA name, such as Europe/Malta');
      const id = actor.projectId;
      const before = await tx.findOne(ProjectEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!before) throw new ProjectNotFoundError(`Project ${id} does not exist`);
      if (before.version !== version) {
        return refused(
          'CONFLICT',
          'version',
          'Somebody changed the project meanwhile; read it again and repeat your change',
        );
      }
      const after = { name: name ?? before.name, timeZone: zone ?? before.timeZone };
      await tx.update(ProjectEntity, { id }, { ...after, version: version + 1 });
      await this.audit.record(tx, actor, {
        action: 'project.updated',
        subject: { type: 'project', id },
        before: { name: before.name, timeZone: before.timeZone },
        after,
      });
      return { project: { ...before, ...after, version: version + 1 }, problems: [] };
    });
  }
}

/** The zone as the database spells it; null where the database or this machine does not know it. */
async function zoneNamed(tx: Tx, name: string): Promise<string | null> {
  if (!isTimeZone(name)) return null;
  const sql = 'SELECT name FROM pg_timezone_names WHERE lower(name) = lower($1) LIMIT 1';
  const [zone] = await query<{ name: string }>(tx, sql, [name]);
  return zone?.name ?? null;
}

function refused(code: ProjectProblemCode, field: string, message: string): ProjectOutcome {
  return { project: null, problems: [{ code, path: [field], message }] };
}

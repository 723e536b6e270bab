import { AppError, systemClock } from '@libs/foundation';
import { execute, type Tx } from '@libs/platform';
import { ProjectsService } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { AttributeDefinitions } from '../attributes/attribute-definitions';
import { knownAttributes } from '../domain/attributes/known-attributes';
import { type CompiledRules, compileRules } from '../domain/segments/compile-rules';
import type { RuleFault } from '../domain/segments/faults';
import { type FreezeOutcome, type FrozenSegment, freezeRules } from '../domain/segments/frozen-segment';
import { inlineSegments, referencesOf } from '../domain/segments/inline-segments';
import { parseRules, type ReadRules, readRules } from '../domain/segments/read-rules';
import type { SegmentRules } from '../domain/segments/rules';
import type { Scope } from '../domain/segments/statement';
import { SegmentRepository } from '../persistence/segment.repository';
import { SegmentPeopleRepository } from '../persistence/segment-people.repository';
import { RuleSubjects } from './rule-subjects';

/** Rules that can no longer be evaluated, such as after an attribute of theirs changed its type. */
export class SegmentRulesError extends AppError {
  readonly code = 'SEGMENT_RULES_BROKEN';
  readonly retryable = false;

  constructor(readonly faults: RuleFault[]) {
    const [first] = faults;
    super(`The rules of the segment cannot be evaluated: ${first?.path ?? ''} ${first?.message ?? ''}`);
  }
}

/** Reads, resolves and evaluates rules of segments. */
@Injectable()
export class Segments {
  constructor(
    private readonly projects: ProjectsService,
    private readonly definitions: AttributeDefinitions,
    private readonly repository: SegmentRepository,
    private readonly people: SegmentPeopleRepository,
    private readonly subjects: RuleSubjects,
  ) {}

  /** Rules written as JSON, checked against the attributes, segments, apps and campaigns of the project. @param own the segment they are of. */
  async read(tx: Tx, projectId: string, { text, own }: { text: string; own?: string }): Promise<ReadRules> {
    const known = await this.definitions.known(tx, projectId);
    const read = parseRules(text, known);
    if (!read.rules) return read;
    const faults = await this.subjects.faults(tx, projectId, read.rules);
    if (faults.length > 0) return { rules: null, faults };
    const inlined = await this.inline(tx, projectId, { rules: read.rules, own });
    if (!inlined.rules) return inlined;
    const whole = readRules(inlined.rules, known, { isInlined: true });
    return whole.rules ? read : whole;
  }

  /** The rules without references: those of a saved segment, or given ones; checked as they are today. */
  async resolve(
    tx: Tx,
    projectId: string,
    source: { segmentId: string } | { rules: SegmentRules },
  ): Promise<ReadRules> {
    const rules = 'rules' in source ? source.rules : await this.rulesOf(tx, projectId, source.segmentId);
    if (!rules) return { rules: null, faults: [{ path: '', message: 'This project has no such active segment' }] };
    const own = 'segmentId' in source ? source.segmentId : undefined;
    const inlined = await this.inline(tx, projectId, { rules, own });
    if (!inlined.rules) return inlined;
    // Segments were checked when they were saved; attributes may have changed since.
    const { faults } = readRules(inlined.rules, await this.definitions.known(tx, projectId), { isInlined: true });
    return faults.length > 0 ? { rules: null, faults } : inlined;
  }

  /** As {@link resolve}, with the definitions that the rules stand on. */
  async freeze(
    tx: Tx,
    projectId: string,
    source: { segmentId: string } | { rules: SegmentRules },
  ): Promise<FreezeOutcome> {
    const resolved = await this.resolve(tx, projectId, source);
    if (!resolved.rules) return { segment: null, faults: resolved.faults };
    return { segment: freezeRules(resolved.rules, await this.definitions.own(tx, projectId)), faults: [] };
  }

  /** Those of these people to whom a frozen segment applies now. */
  async matching(
    tx: Tx,
    projectId: string,
    { segment, profileIds }: { segment: FrozenSegment; profileIds: string[] },
  ): Promise<Set<string>> {
    if (profileIds.length === 0) return new Set();
    const compiled = await this.compileFrozen(projectId, segment, { of: 'people', profileIds });
    return new Set(await this.people.filter(tx, compiled));
  }

  /** Everybody to whom a frozen segment applies now, or all of the project, as a statement of `id`, `user_id` and, if wanted, `time_zone`. */
  async audience(
    projectId: string,
    { segment, isZoned }: { segment: FrozenSegment | null; isZoned: boolean },
  ): Promise<{ sql: string; parameters: unknown[] }> {
    const { joins, condition, parameters } = segment
      ? await this.compileFrozen(projectId, segment, { of: 'project' })
      : { joins: '', condition: 'p.project_id = $1', parameters: [projectId] };
    if (!isZoned) return { sql: `SELECT p.id, p.user_id FROM profile p ${joins} WHERE ${condition}`, parameters };
    return {
      sql: zonedPeople({ joins, condition, project: parameters.length + 1 }),
      parameters: [...parameters, projectId],
    };
  }

  /** Resolved rules as a statement. @throws {SegmentRulesError} when the project's attributes no longer allow it. */
  async compile(
    tx: Tx,
    projectId: string,
    { rules, scope, now }: { rules: SegmentRules; scope: Scope; now: Date },
  ): Promise<CompiledRules> {
    const known = await this.definitions.known(tx, projectId);
    const read = readRules(rules, known, { isInlined: true });
    if (!read.rules) throw new SegmentRulesError(read.faults);
    const { timeZone } = await this.projects.get(projectId);
    return compileRules(read.rules, { projectId, known, moment: { now, timeZone }, scope });
  }

  private async compileFrozen(projectId: string, segment: FrozenSegment, scope: Scope): Promise<CompiledRules> {
    const { timeZone } = await this.projects.get(projectId);
    const moment = { now: systemClock.now(), timeZone };
    return compileRules(segment.rules, { projectId, known: knownAttributes(segment.attributes), moment, scope });
  }

  private async inline(
    tx: Tx,
    projectId: string,
    { rules, own }: { rules: SegmentRules; own?: string },
  ): Promise<ReadRules> {
    const saved = await this.repository.reachable(tx, projectId, referencesOf(rules).segmentIds);
    return inlineSegments(rules, saved, own ?? null);
  }

  private async rulesOf(tx: Tx, projectId: string, id: string): Promise<SegmentRules | null> {
    const segment = await this.repository.find(tx, projectId, id);
    return segment?.status === 'ACTIVE' ? segment.rules : null;
  }
}

/** Whole lists are joined by hash: fresh partitions have no statistics, and one wrong guess would cost hours. */
export async function wholeList(tx: Tx): Promise<void> {
  await execute(tx, 'SET LOCAL enable_nestloop = off');
}

/** People with the zone of their profile, else that of the device seen last; names that the database does not know count as none. */
function zonedPeople({ joins, condition, project }: { joins: string; condition: string; project: number }): string {
  return `WITH zone AS MATERIALIZED (SELECT name, lower(name) AS key FROM pg_timezone_names),
    of_device AS MATERIALIZED (
      SELECT DISTINCT ON (d.profile_id) d.profile_id, z.name FROM device d JOIN zone z ON z.key = lower(d.time_zone)
      WHERE d.project_id = $${project} ORDER BY d.profile_id, d.last_seen_at DESC NULLS LAST, d.id)
    SELECT p.id, p.user_id, coalesce(own_zone.name, of_device.name) AS time_zone
    FROM profile p ${joins} LEFT JOIN zone own_zone ON own_zone.key = lower(p.time_zone)
      LEFT JOIN of_device ON of_device.profile_id = p.id
    WHERE ${condition}`;
}

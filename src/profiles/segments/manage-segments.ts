import { isUuid, newId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { Dependents } from '../dependents';
import { referencesOf } from '../domain/segments/inline-segments';
import type { SegmentRules } from '../domain/segments/rules';
import { SegmentEntity } from '../persistence/segment.entity';
import { SegmentRepository } from '../persistence/segment.repository';
import { done, notFound, refuse, ruleProblems, type SegmentOutcome } from './segment-outcome';
import { Segments } from './segments';

const conflict = () => refuse('CONFLICT', 'version', 'Somebody changed this segment meanwhile; read it again');
const nameTaken = () => refuse('NAME_TAKEN', 'name', 'Another segment of this project has this name');

/** Saved segments: made, changed, copied, put away. Rules are stored only when they can be evaluated. */
@Injectable()
export class ManageSegments {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: SegmentRepository,
    private readonly segments: Segments,
    private readonly dependents: Dependents,
    private readonly audit: AuditTrail,
  ) {}

  create(actor: Actor, { name, rules: text }: { name: string; rules: string }): Promise<SegmentOutcome> {
    return this.inProject(actor, async (tx) => {
      const read = await this.segments.read(tx, actor.projectId, { text });
      if (!read.rules) return { segment: null, problems: ruleProblems(read.faults) };
      return this.add(tx, actor, { name, rules: read.rules });
    });
  }

  /** What is absent stays. Campaigns that were launched keep the rules they were launched with. */
  update(
    actor: Actor,
    { id, version, name, rules: text }: { id: string; version: number; name?: string | null; rules?: string | null },
  ): Promise<SegmentOutcome> {
    return this.change(actor, { id, version }, async (tx, segment) => {
      const read = text == null ? null : await this.segments.read(tx, actor.projectId, { text, own: id });
      if (read && !read.rules) return { segment: null, problems: ruleProblems(read.faults) };
      const before = { name: segment.name, rules: segment.rules };
      Object.assign(segment, { name: name ?? segment.name }, read?.rules ? withRules(read.rules) : {});
      if (await this.repository.isNameTaken(tx, segment)) return nameTaken();
      return this.save(tx, actor, { segment, action: 'segment.updated', before });
    });
  }

  /** The same rules under another name. */
  copy(actor: Actor, { id, name }: { id: string; name: string }): Promise<SegmentOutcome> {
    return this.inProject(actor, async (tx) => {
      const original = isUuid(id) ? await this.repository.find(tx, actor.projectId, id) : null;
      return original ? this.add(tx, actor, { name, rules: original.rules }) : notFound();
    });
  }

  /** Puts a segment away; its name becomes free. Refused while another segment or a campaign uses it. */
  archive(actor: Actor, { id, version }: { id: string; version: number }): Promise<SegmentOutcome> {
    return this.change(actor, { id, version }, async (tx, segment) => {
      const [user] = await this.repository.users(tx, { projectId: actor.projectId, segmentId: id });
      if (user) return refuse('IN_USE', 'id', `The segment "${user.name}" uses it; change that one first`);
      const others = await this.dependents.of(tx, actor.projectId, { segmentId: id });
      if (others.length > 0) return refuse('IN_USE', 'id', `${others.join('; ')}. Change that first`);
      segment.status = 'ARCHIVED';
      return this.save(tx, actor, { segment, action: 'segment.archived' });
    });
  }

  private async add(tx: Tx, actor: Actor, given: { name: string; rules: SegmentRules }): Promise<SegmentOutcome> {
    const { projectId } = actor;
    const segment = Object.assign(new SegmentEntity(), { id: newId(), projectId, name: given.name, version: 0 });
    Object.assign(segment, withRules(given.rules), { status: 'ACTIVE', createdAt: new Date() });
    if (await this.repository.isNameTaken(tx, segment)) return nameTaken();
    return this.save(tx, actor, { segment, action: 'segment.created' });
  }

  private change(
    actor: Actor,
    { id, version }: { id: string; version: number },
    work: (tx: Tx, segment: SegmentEntity) => Promise<SegmentOutcome>,
  ): Promise<SegmentOutcome> {
    return this.inProject(actor, async (tx) => {
      const segment = isUuid(id) ? await this.repository.lock(tx, actor.projectId, id) : null;
      if (segment?.status !== 'ACTIVE') return notFound();
      return segment.version === version ? work(tx, segment) : conflict();
    });
  }

  private inProject({ projectId }: Actor, work: (tx: Tx) => Promise<SegmentOutcome>): Promise<SegmentOutcome> {
    return this.transactions.run(async (tx) => {
      await this.repository.serialise(tx, projectId);
      return work(tx);
    });
  }

  private async save(
    tx: Tx,
    actor: Actor,
    { segment, action, before }: { segment: SegmentEntity; action: string; before?: object },
  ): Promise<SegmentOutcome> {
    Object.assign(segment, { version: segment.version + 1, updatedAt: new Date() });
    const saved = await this.repository.save(tx, segment);
    const subject = { type: 'segment', id: saved.id };
    const after = { name: saved.name, status: saved.status, rules: saved.rules };
    await this.audit.record(tx, actor, { action, subject, before, after });
    return done(saved);
  }
}

function withRules(rules: SegmentRules): Pick<SegmentEntity, 'rules' | 'usesSegments' | 'usesAttributes'> {
  const { segmentIds, attributeNames } = referencesOf(rules);
  return { rules, usesSegments: segmentIds, usesAttributes: attributeNames };
}

import { isUuid, newId } from '@libs/foundation';
import { type InputProblem, Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { Dependents } from '../dependents';
import type { AttributeTarget, AttributeType } from '../domain/attribute';
import { systemAttributes } from '../domain/attributes/known-attributes';
import { AttributeDefinitionEntity } from '../persistence/attribute-definition.entity';
import { SegmentRepository } from '../persistence/segment.repository';
import { AttributeDefinitions } from './attribute-definitions';
import { AttributeEnds } from './attribute-ends';
import { ChangeValues } from './change-values';

/** Why a change of the list of attributes was refused. */
export type AttributeProblemCode = 'INVALID' | 'NOT_FOUND' | 'CONFLICT' | 'NAME_TAKEN' | 'IN_USE' | 'NOT_ALLOWED';

/** A refusal at a field. */
export interface AttributeProblem extends InputProblem {
  code: AttributeProblemCode;
}

/** What became of a change. */
export interface AttributeOutcome {
  attribute: AttributeDefinitionEntity | null;
  /** The task that changes the stored values, if they change. */
  taskId?: string;
  problems: AttributeProblem[];
}

const refuse = (code: AttributeProblemCode, path: string, message: string): AttributeOutcome => ({
  attribute: null,
  problems: [{ code, path: [path], message }],
});
const inUse = (consequences: string[], what: 'convert' | 'delete'): AttributeOutcome =>
  refuse('IN_USE', 'acceptConsequences', `${consequences.join('; ')}. Say true to ${what} it all the same`);
const mostNamed = 20;
const nameTaken = () => refuse('NAME_TAKEN', 'name', 'Another attribute of this project has this name');
const notFound = () => refuse('NOT_FOUND', 'id', 'This project has no such attribute; list attributeDefinitions');
const conflict = () => refuse('CONFLICT', 'version', 'Somebody changed this attribute meanwhile; read it again');

const busy = () => refuse('IN_USE', 'name', 'The values under this name are still being changed; wait for the task');
const reserved = () => refuse('NAME_TAKEN', 'name', 'Every profile has an attribute of this name; choose another one');

/** Keeps the project's list of custom attributes; stored values follow a new type and the end of an attribute. */
@Injectable()
export class ManageAttributes {
  constructor(
    private readonly transactions: Transactions,
    private readonly definitions: AttributeDefinitions,
    private readonly segments: SegmentRepository,
    private readonly dependents: Dependents,
    private readonly values: ChangeValues,
    private readonly ends: AttributeEnds,
    private readonly audit: AuditTrail,
  ) {}

  list(projectId: string, afterId: string | null, limit: number): Promise<AttributeDefinitionEntity[]> {
    return this.transactions.pool.find(AttributeDefinitionEntity, {
      where: { projectId, ...(afterId ? { id: MoreThan(afterId) } : {}) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  create(
    actor: Actor,
    given: { name: string; type: AttributeType; target: AttributeTarget },
  ): Promise<AttributeOutcome> {
    const { name, type, target } = given;
    const row = { id: newId(), projectId: actor.projectId, name, type, target, version: 1, createdAt: new Date() };
    const attribute = Object.assign(new AttributeDefinitionEntity(), row);
    return this.transactions.run(async (tx) => {
      await this.definitions.forChanging(tx, actor.projectId);
      const refusal = await this.nameProblem(tx, attribute);
      if (refusal) return refusal;
      await tx.insert(AttributeDefinitionEntity, attribute);
      await this.remember(tx, actor, { action: 'created', attribute });
      return { attribute, problems: [] };
    });
  }

  rename(actor: Actor, change: { id: string; version: number; name: string }): Promise<AttributeOutcome> {
    return this.change(actor, change, async (tx, attribute) => {
      const before = { name: attribute.name };
      attribute.name = change.name;
      const refusal = await this.nameProblem(tx, attribute);
      if (refusal) return refusal;
      const inTheWay = await this.ends.tell(tx, actor, { name: before.name, becomes: 'RENAMED' });
      if (inTheWay !== null) return refuse('IN_USE', 'name', inTheWay);
      attribute.version += 1;
      await tx.save(attribute);
      await this.remember(tx, actor, { action: 'renamed', attribute, before });
      return { attribute, problems: [] };
    });
  }

  /**
   * Gives an attribute another type and converts the stored values as a task; those that do not fit stay as they are,
   * and are errors of the task. Refused while something rests on the attribute, unless that was accepted.
   */
  convert(
    actor: Actor,
    change: { id: string; version: number; type: AttributeType; acceptConsequences: boolean },
  ): Promise<AttributeOutcome> {
    return this.change(actor, change, async (tx, attribute) => {
      const before = { type: attribute.type };
      if (attribute.type === change.type) return refuse('INVALID', 'type', `The attribute is ${change.type} already`);
      const consequences = await this.consequencesOf(tx, actor.projectId, attribute.name);
      if (consequences.length > 0 && !change.acceptConsequences) return inUse(consequences, 'convert');
      const refusal = await this.ends.tell(tx, actor, { name: attribute.name, becomes: 'CONVERTED' });
      if (refusal !== null) return refuse('NOT_ALLOWED', 'id', refusal);
      Object.assign(attribute, { type: change.type, version: attribute.version + 1 });
      await tx.save(attribute);
      await this.remember(tx, actor, { action: 'converted', attribute, before });
      const taskId = await this.values.start(tx, actor, { attribute, toType: change.type });
      return { attribute, taskId, problems: [] };
    });
  }

  /** What stops working when the attribute is deleted or converted, in sentences; null when there is none of this id. */
  async consequences(projectId: string, id: string): Promise<string[] | null> {
    const attribute = await this.definitions.ofId(projectId, id);
    return attribute && this.consequencesOf(this.transactions.pool, projectId, attribute.name);
  }

  /** Takes the stored values away too, as a task. Refused while something rests on it, unless that was accepted. */
  remove(
    actor: Actor,
    change: { id: string; version: number; acceptConsequences: boolean },
  ): Promise<AttributeOutcome> {
    return this.change(actor, change, async (tx, attribute) => {
      const consequences = await this.consequencesOf(tx, actor.projectId, attribute.name);
      if (consequences.length > 0 && !change.acceptConsequences) return inUse(consequences, 'delete');
      const refusal = await this.ends.tell(tx, actor, { name: attribute.name, becomes: 'DELETED' });
      if (refusal !== null) return refuse('NOT_ALLOWED', 'id', refusal);
      await tx.delete(AttributeDefinitionEntity, { projectId: actor.projectId, id: attribute.id });
      await this.remember(tx, actor, { action: 'removed', attribute });
      const taskId = await this.values.start(tx, actor, { attribute, toType: null });
      return { attribute, taskId, problems: [] };
    });
  }

  private async consequencesOf(tx: Tx, projectId: string, name: string): Promise<string[]> {
    const segments = await this.segments.users(tx, { projectId, attribute: name });
    const broken = segments.slice(0, mostNamed).map((each) => `The segment "${each.name}" can no longer be evaluated`);
    return [...broken, ...(await this.dependents.of(tx, projectId, { attribute: name }))];
  }

  private async nameProblem(tx: Tx, attribute: AttributeDefinitionEntity): Promise<AttributeOutcome | null> {
    const { projectId, name } = attribute;
    if (systemAttributes.has(name)) return reserved();
    if (await isTaken(tx, attribute)) return nameTaken();
    return (await this.values.isUnderWay(tx, projectId, name)) ? busy() : null;
  }

  private change(
    actor: Actor,
    { id, version }: { id: string; version: number },
    work: (tx: Tx, attribute: AttributeDefinitionEntity) => Promise<AttributeOutcome>,
  ): Promise<AttributeOutcome> {
    return this.transactions.run(async (tx) => {
      if (!isUuid(id)) return notFound();
      await this.definitions.forChanging(tx, actor.projectId);
      const attribute = await tx.findOne(AttributeDefinitionEntity, {
        where: { projectId: actor.projectId, id },
        lock: { mode: 'pessimistic_write' },
      });
      if (!attribute) return notFound();
      if (attribute.version !== version) return conflict();
      return (await this.values.isUnderWay(tx, actor.projectId, attribute.name)) ? busy() : work(tx, attribute);
    });
  }

  private remember(
    tx: Tx,
    actor: Actor,
    { action, attribute, before }: { action: string; attribute: AttributeDefinitionEntity; before?: object },
  ): Promise<void> {
    const { id, name, type, target } = attribute;
    return this.audit.record(tx, actor, {
      action: `attribute-definition.${action}`,
      subject: { type: 'attribute-definition', id },
      before,
      after: { name, type, target },
    });
  }
}

async function isTaken(tx: Tx, { id, projectId, name }: AttributeDefinitionEntity): Promise<boolean> {
  const other = await tx.findOneBy(AttributeDefinitionEntity, { projectId, name });
  return other !== null && other.id !== id;
}

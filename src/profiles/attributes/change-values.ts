import { newId } from '@libs/foundation';
import { Outbox, Transactions, type Tx } from '@libs/platform';
import { type Actor, Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { AttributeDefinition, AttributeType } from '../domain/attribute';
import { readAttribute } from '../domain/attributes/typed-value';
import {
  type AttributeWork,
  AttributeWorkRepository,
  type StoredValue,
} from '../persistence/attribute-work.repository';
import { AttributeDefinitions } from './attribute-definitions';
import { changeValuesJob } from './change-values.job';

const pageSize = 5_000;

/** Converts or removes the stored values of an attribute as a task, page after page. */
@Injectable()
export class ChangeValues {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly tasks: Tasks,
    private readonly works: AttributeWorkRepository,
    private readonly definitions: AttributeDefinitions,
  ) {}

  /** Whether values under the name are being changed. */
  isUnderWay(tx: Tx, projectId: string, name: string): Promise<boolean> {
    return this.works.isOpen(tx, projectId, name);
  }

  /** Begins when `tx` commits. @param toType what the values become; null removes them. @returns the task. */
  async start(
    tx: Tx,
    actor: Actor,
    { attribute: { name, target }, toType }: { attribute: AttributeDefinition; toType: AttributeType | null },
  ): Promise<string> {
    const { projectId } = actor;
    const title = `${toType ? 'Conversion' : 'Removal'} of the values of ${name}`;
    const kind = toType ? 'profiles.convert-attribute' : 'profiles.remove-attribute';
    const taskId = await this.tasks.start(tx, { projectId, kind, title, triggeredBy: actor.label, waits: true });
    const id = newId();
    await this.works.add(tx, { id, projectId, taskId, name, target, toType });
    await this.outbox.enqueue(tx, changeValuesJob, { workId: id, at: 'start' });
    return taskId;
  }

  /** Asks again for work that nobody does: its job was lost, or its worker died. */
  async takeUp(): Promise<void> {
    await this.transactions.run(async (tx) => {
      const at = new Date().toISOString();
      for (const workId of await this.works.waiting(tx)) await this.outbox.enqueue(tx, changeValuesJob, { workId, at });
    });
  }

  /** Changes what is left. Each page is committed with its place, so that none is read twice. */
  async run(workId: string): Promise<void> {
    while (await this.transactions.run((tx) => this.changePage(tx, workId)));
  }

  private async changePage(tx: Tx, workId: string): Promise<boolean> {
    const work = await this.works.take(tx, workId);
    if (!work) return false;
    // Writers of many values come before or after a page: they lock the same people in another order.
    await this.definitions.forChanging(tx, work.projectId);
    const page = await this.works.values(tx, work, { after: work.afterId, limit: pageSize });
    const misfits = work.toType ? await this.convert(tx, work, { page, type: work.toType }) : [];
    if (!work.toType)
      await this.works.remove(
        tx,
        work,
        page.map(({ id }) => id),
      );
    await this.tasks.addErrors(tx, work.taskId, misfits);
    const failed = misfits.length;
    await this.tasks.progress(tx, work.taskId, { processed: page.length, succeeded: page.length - failed, failed });
    const next = page.length < pageSize ? null : (page.at(-1)?.id ?? null);
    await this.works.advance(tx, workId, next);
    if (next !== null) return true;
    const status = (await this.tasks.hasErrors(tx, work.taskId)) ? 'PARTLY_FAILED' : 'SUCCEEDED';
    await this.tasks.finish(tx, work.taskId, status);
    return false;
  }

  /** Values that do not fit stay as they are. @returns them. */
  private async convert(
    tx: Tx,
    work: AttributeWork,
    { page, type }: { page: StoredValue[]; type: AttributeType },
  ): Promise<{ row: unknown; reason: string }[]> {
    const read = page.map((stored) => ({ ...stored, read: readAttribute(type, stored.value) }));
    const fitting = read.flatMap(({ id, written, read: found }) =>
      'value' in found ? [{ id, before: written, after: found.value }] : [],
    );
    await this.works.replace(tx, work, fitting);
    return read.flatMap(({ id, value, read: found }) =>
      'reason' in found ? [{ row: { [work.target.toLowerCase()]: id, [work.name]: value }, reason: found.reason }] : [],
    );
  }
}

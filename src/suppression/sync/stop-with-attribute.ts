import type { Tx } from '@libs/platform';
import { AttributeEnds } from '@modules/profiles';
import { type Actor, mayDo, Tasks } from '@modules/projects';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AttributeRepository } from '../persistence/attribute.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';

/**
 * Values of people's own profiles exclude too, and go with the attribute. So a suppression attribute stops in the instant in
 * which its attribute is deleted or converted: nobody is let through because the value that excluded them is gone. Under a
 * rule an attribute keeps its name, or what is written under the new one would exclude nobody until the next sync.
 */
@Injectable()
export class StopWithAttribute implements OnModuleInit {
  constructor(
    private readonly ends: AttributeEnds,
    private readonly attributes: AttributeRepository,
    private readonly runs: SyncRunRepository,
    private readonly tasks: Tasks,
  ) {}

  onModuleInit(): void {
    this.ends.register((tx, actor, { name, becomes }) =>
      becomes === 'RENAMED'
        ? this.keepName(tx, actor, name)
        : this.stop(tx, actor, { name, what: becomes.toLowerCase() }),
    );
  }

  private async keepName(tx: Tx, { projectId }: Actor, name: string): Promise<string | null> {
    if (!(await this.attributes.hasRule(tx, projectId, name))) return null;
    return `An exclusion rule rests on ${name}; remove the rule first, or leave the attribute its name`;
  }

  private async stop(tx: Tx, actor: Actor, { name, what }: { name: string; what: string }): Promise<string | null> {
    const hasRule = await this.attributes.hasRule(tx, actor.projectId, name);
    if (hasRule && !mayDo(actor.role, 'suppression.override')) {
      return `An exclusion rule rests on ${name}; that it is ${what} needs the permission suppression.override (administrators)`;
    }
    const reason = `The attribute ${name} was ${what}; remove it from the suppression sync, and choose it anew when the list is right`;
    const { projectId } = actor;
    // A sync or load under way would write the values again that are taken off the profiles now.
    for (const taskId of await this.runs.failOpenOf(tx, { projectId, name, detail: reason })) {
      await this.tasks.finish(tx, taskId, 'FAILED', reason);
    }
    await this.attributes.stopNamed(tx, { projectId, name, reason });
    return null;
  }
}

import type { Tx } from '@libs/platform';
import type { Actor } from '@modules/projects';
import { Injectable } from '@nestjs/common';

/** An attribute whose stored values are about to be taken away, to become those of another type, or to have another name. */
export interface AttributeEnd {
  name: string;
  becomes: 'DELETED' | 'CONVERTED' | 'RENAMED';
}

/** Does what has to be done first, in the transaction of the change, or writes nothing and says why the actor may not. */
export type AttributeEndHandler = (tx: Tx, actor: Actor, end: AttributeEnd) => Promise<string | null>;

/** Upper modules register here what must happen in the same instant as an attribute ends or becomes another one. */
@Injectable()
export class AttributeEnds {
  private readonly handlers: AttributeEndHandler[] = [];

  /** Called while the process starts. */
  register(handler: AttributeEndHandler): void {
    this.handlers.push(handler);
  }

  /** Tells every module, one after the other, until one refuses. @returns its reason; null when none does. */
  async tell(tx: Tx, actor: Actor, end: AttributeEnd): Promise<string | null> {
    for (const handler of this.handlers) {
      const refusal = await handler(tx, actor, end);
      if (refusal !== null) return refusal;
    }
    return null;
  }
}

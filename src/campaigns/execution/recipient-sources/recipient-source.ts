import type { FilePage, RecipientPage } from '@libs/optimove-client';
import type { Tx } from '@libs/platform';

/** A page of a source; of a list in files, the last page of each says which file it ends. */
export type SourcePage = RecipientPage & Partial<Pick<FilePage, 'endsFile'>>;

/** Does work in a transaction of its own, unless the right to read was lost. @throws {FencedError} */
export type InLease = (work: (tx: Tx) => Promise<void>) => Promise<void>;

/** Which values are kept of each customer. */
export interface Columns {
  /** Attributes of Optimove, in order. */
  names: string[];
  /** Called with those that Optimove turned out not to know: they have no value. What it throws ends the reading. */
  onUnknown(names: string[]): Promise<void>;
}

/** Where the recipients of one execution come from. */
export interface RecipientSource {
  /** Optimove's ids of the templates that the execution uses. */
  templateIds(): Promise<string[]>;
  /** Attributes to ask for besides those that matching and templates need; the list is whole without them, too. */
  furtherAttributes(tx: Tx, needed: string[]): Promise<string[]>;
  /**
   * The pages that are not kept yet, in order; each has been kept before the next is asked for. Reaching the end means
   * that the list is whole. @throws {AppError} when it cannot be.
   */
  pages(columns: Columns): AsyncGenerator<SourcePage>;
  /** Forgets the pages that were kept of this reading, which begins anew. */
  forget(tx: Tx): Promise<void>;
  /** Called in the transaction that keeps a page. */
  kept(tx: Tx, page: SourcePage): Promise<void>;
  /** Called in the transaction that freezes the whole list. */
  frozen(tx: Tx): Promise<void>;
}

import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** What Optimove calls somebody over a connection. */
export interface NamedCustomer {
  connectionId: string;
  customerId: string;
}

/** One person by every name under which something may be kept. */
export interface Person {
  /** Null when the project has no profile of them. */
  profileId: string | null;
  /** The user ID first, then what Optimove calls them where that is something else. */
  customerIds: string[];
  /** Over which connections it calls them what: over another one the same name may be somebody else's. */
  customers: NamedCustomer[];
  email: string | null;
  mobileNumber: string | null;
}

/** Something that is kept of a person: which list it is of, and the row. */
export interface PersonalRecord {
  section: string;
  record: unknown;
}

/** What a module keeps of people. */
export interface PersonalDataSource {
  /** What Optimove calls the person of a profile, as far as only this module knows. */
  customers?(tx: Tx, projectId: string, profileId: string): Promise<NamedCustomer[]>;
  /** Everything that it keeps of the person, row by row. */
  records(tx: Tx, projectId: string, person: Person): AsyncIterable<PersonalRecord>;
  /** Takes it away, or takes the person out of it where sums rest on it. Again is as once. @returns rows touched. */
  erase(tx: Tx, projectId: string, person: Person): Promise<number>;
}

/** Takes over what must outlive a profile, in the transaction that deletes it; the profile is still there, and held. */
export type ErasureHandler = (tx: Tx, projectId: string, profileId: string) => Promise<void>;

/** Makes sure that nothing announced until now makes a person known again; told twice, it counts until the second time. */
export type ErasureBeginHandler = (tx: Tx, projectId: string, person: Person) => Promise<void>;

/** Modules register here what they keep of people, so that one person can be shown all of it and taken out of it. */
@Injectable()
export class PersonalData {
  private readonly registered: PersonalDataSource[] = [];
  private readonly erasureHandlers: ErasureHandler[] = [];
  private readonly beginHandlers: ErasureBeginHandler[] = [];

  /** Called while the process starts. */
  register(source: PersonalDataSource): void {
    this.registered.push(source);
  }

  /** Called while the process starts. */
  onErasure(handler: ErasureHandler): void {
    this.erasureHandlers.push(handler);
  }

  /** Called while the process starts. */
  onErasureBegin(handler: ErasureBeginHandler): void {
    this.beginHandlers.push(handler);
  }

  /** Tells every module that an erasure begins, before anything is taken away. */
  async tellErasureBegin(tx: Tx, projectId: string, person: Person): Promise<void> {
    for (const handler of this.beginHandlers) await handler(tx, projectId, person);
  }

  /** Tells every module that a profile is about to be erased, one after the other. */
  async tellErasure(tx: Tx, projectId: string, profileId: string): Promise<void> {
    for (const handler of this.erasureHandlers) await handler(tx, projectId, profileId);
  }

  /** Every source. */
  get sources(): readonly PersonalDataSource[] {
    return this.registered;
  }

  /** What Optimove calls the person of a profile, as far as only upper modules know. */
  async customers(tx: Tx, projectId: string, profileId: string): Promise<NamedCustomer[]> {
    const named: NamedCustomer[] = [];
    for (const source of this.registered) named.push(...((await source.customers?.(tx, projectId, profileId)) ?? []));
    return named;
  }
}

/** Rows of a statement as records of a section. */
export function* recordsOf(section: string, rows: unknown[]): Generator<PersonalRecord> {
  for (const record of rows) yield { section, record };
}

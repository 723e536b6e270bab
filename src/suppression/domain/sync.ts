import { AppError } from '@libs/foundation';
import type { AttributeType } from '@modules/profiles';

/** Where an attribute stands: not synced yet, fresh, its last sync failed, or it cannot be synced any more. */
export type AttributeState = 'WAITING' | 'FRESH' | 'FAILED' | 'STOPPED';

/** A suppression attribute as it is stored. Days are `YYYY-MM-DD`. */
export interface SuppressionAttribute {
  id: string;
  projectId: string;
  connectionId: string;
  name: string;
  type: AttributeType;
  state: AttributeState;
  stateReason: string | null;
  /** Of the newest changes that are applied. */
  dataDate: string | null;
  /** Of the newest complete list that was loaded. */
  completeDate: string | null;
  /** Changes before this day were missed: what was learnt before it may be out of date. */
  gapBefore: string | null;
  lastSyncedAt: Date | null;
}

/** One sync of one attribute. */
export interface SyncRun {
  id: string;
  projectId: string;
  connectionId: string;
  attributeId: string;
  source: 'CHANGERS' | 'FILE';
  dataDate: string;
  state: 'WAITING' | 'RUNNING' | 'SUCCEEDED' | 'PARTLY_FAILED' | 'FAILED';
  taskId: string;
  attempt: number;
  received: number;
  added: number;
  changed: number;
  cleared: number;
  unchanged: number;
  /** People whose own value stays, because others said it and these data may not take its place. */
  keptOwn: number;
  unknownCustomers: number;
  repeated: number;
  rejected: number;
  detail: string | null;
  startedAt: Date;
  finishedAt: Date | null;
}

/** The attribute cannot be synced any more until somebody acts. */
export class AttributeStoppedError extends AppError {
  readonly code = 'SUPPRESSION_ATTRIBUTE_STOPPED';
  readonly retryable = false;
}

/** Optimove has the data of another day by now; the changes of the run's day can no longer be had. */
export class DayOverError extends AppError {
  readonly code = 'SUPPRESSION_DAY_OVER';
  readonly retryable = false;
}

/** Another worker has taken the run over. */
export class RunTakenOverError extends AppError {
  readonly code = 'SUPPRESSION_RUN_TAKEN_OVER';
  readonly retryable = false;
}

/** The day after a day. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Whether days lie between the data that are applied and those of `next`: their changes can no longer be had. */
export function isDayMissed(applied: string | null, next: string): boolean {
  return applied !== null && next > dayAfter(applied);
}

import { DryRunClock } from './dry-run.clock';
import { DryRunHandler } from './dry-run.handler';
import { DryRunRepository } from './dry-run.repository';
import { JournalListRepository } from './journal-list.repository';
import { RehearsalContexts } from './rehearsal-contexts';
import { Rehearse } from './rehearse';
import { ReplayCallback } from './replay-callback';
import { RunDryRun } from './run-dry-run';
import { StartDryRun } from './start-dry-run';

/** Rehearsals: what both hosts need. */
export const rehearsalProviders = [
  DryRunRepository,
  JournalListRepository,
  Rehearse,
  RehearsalContexts,
  ReplayCallback,
  RunDryRun,
  StartDryRun,
];

/** Rehearsals as the worker host runs them. */
export const rehearsalWorkerProviders = [DryRunClock, DryRunHandler];

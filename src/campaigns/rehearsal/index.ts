import { DirectAudienceRepository } from '../persistence/direct/direct-audience.repository';
import { DirectDrafts } from './direct-draft';
import { DryRunClock } from './dry-run.clock';
import { DryRunHandler } from './dry-run.handler';
import { DryRunRepository } from './dry-run.repository';
import { JournalListRepository } from './journal-list.repository';
import { ReadableLists } from './readable-lists';
import { RehearsalContexts } from './rehearsal-contexts';
import { Rehearse } from './rehearse';
import { RehearseDirect } from './rehearse-direct';
import { RehearseList } from './rehearse-list';
import { RehearsePeople } from './rehearse-people';
import { ReplayCallback } from './replay-callback';
import { ReplayLists } from './replay-lists';
import { RunDryRun } from './run-dry-run';
import { StartDryRun } from './start-dry-run';

/** Rehearsals: what both hosts need. */
export const rehearsalProviders = [
  DirectAudienceRepository,
  DirectDrafts,
  DryRunRepository,
  JournalListRepository,
  ReadableLists,
  Rehearse,
  RehearseDirect,
  RehearseList,
  RehearsePeople,
  RehearsalContexts,
  ReplayCallback,
  ReplayLists,
  RunDryRun,
  StartDryRun,
];

/** Rehearsals as the worker host runs them. */
export const rehearsalWorkerProviders = [DryRunClock, DryRunHandler];

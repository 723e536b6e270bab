import { DirectExecutionRepository } from '../persistence/ledger/direct-execution.repository';
import { CopyDirectCampaign } from './copy-direct-campaign';
import { DirectClock } from './direct.clock';
import { StartDirectHandler } from './direct.handler';
import { LaunchDirectCampaign } from './launch-direct-campaign';
import { ManageDirectCampaigns } from './manage-direct-campaigns';
import { ReviewDirectCampaign } from './review-direct-campaign';
import { StartDirect } from './start-direct';

/** Direct campaigns, on every host. */
export const directProviders = [
  DirectExecutionRepository,
  ManageDirectCampaigns,
  CopyDirectCampaign,
  LaunchDirectCampaign,
  ReviewDirectCampaign,
  StartDirect,
];

/** Direct campaigns as the worker host runs them. */
export const directWorkerProviders = [StartDirectHandler, DirectClock];

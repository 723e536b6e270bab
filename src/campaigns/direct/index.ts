import { DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';
import { DirectExecutionRepository } from '../persistence/ledger/direct-execution.repository';
import { DirectClock } from './direct.clock';
import { StartDirectHandler } from './direct.handler';
import { LaunchDirectCampaign } from './launch-direct-campaign';
import { ManageDirectCampaigns } from './manage-direct-campaigns';
import { StartDirect } from './start-direct';

/** Direct campaigns, on every host. */
export const directProviders = [
  DirectCampaignRepository,
  DirectExecutionRepository,
  ManageDirectCampaigns,
  LaunchDirectCampaign,
  StartDirect,
];

/** Direct campaigns as the worker host runs them. */
export const directWorkerProviders = [StartDirectHandler, DirectClock];

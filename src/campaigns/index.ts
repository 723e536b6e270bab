export { CampaignsModule } from './campaigns.module';
export { CampaignsService, type ExecutionTotals } from './campaigns.service';
export { CampaignsApiModule } from './campaigns-api.module';
export { CampaignsWorkerModule } from './campaigns-worker.module';
export { largestCallback, originalContentType } from './domain/callback-body';
export type { CampaignContent } from './domain/content/campaign-content';
export { compileContent } from './domain/content/compile-content';
export { type MessageRef, packRef } from './domain/engagement';
export type { EngagementNews } from './domain/engagement-news';

export { originalContentType } from './api/optimove-callback.controller';
export { CampaignsModule } from './campaigns.module';
export { CampaignsService, type ExecutionTotals } from './campaigns.service';
export { CampaignsApiModule } from './campaigns-api.module';
export { CampaignsWorkerModule } from './campaigns-worker.module';
export { type MessageRef, packRef } from './domain/engagement';
export { largestCallback } from './execution/accept-callback';

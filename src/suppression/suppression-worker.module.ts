import { ConnectionsModule } from '@modules/connections';
import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { SuppressionClocks } from './jobs/suppression.clocks';
import {
  CheckDataDateHandler,
  ForgetAccountHandler,
  ForgetValuesHandler,
  StopOfConnectionHandler,
  SyncAttributeHandler,
  SyncWithTokenHandler,
} from './jobs/suppression.handlers';
import { SuppressionMetrics } from './jobs/suppression.metrics';
import { SuppressionModule } from './suppression.module';

/** Suppression as the worker host runs it. */
@Module({
  imports: [ProjectsModule, ConnectionsModule, SuppressionModule],
  providers: [
    CheckDataDateHandler,
    SyncAttributeHandler,
    SyncWithTokenHandler,
    StopOfConnectionHandler,
    ForgetValuesHandler,
    ForgetAccountHandler,
    SuppressionClocks,
    SuppressionMetrics,
  ],
})
export class SuppressionWorkerModule {}

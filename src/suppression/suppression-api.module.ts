import { Module } from '@nestjs/common';
import { SuppressionResolver } from './api/suppression.resolver';
import { SuppressionModule } from './suppression.module';

/** Suppression as the api host serves it. */
@Module({ imports: [SuppressionModule], providers: [SuppressionResolver] })
export class SuppressionApiModule {}

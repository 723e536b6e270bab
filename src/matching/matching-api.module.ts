import { Module } from '@nestjs/common';
import { MatchingResolver } from './api/matching.resolver';
import { NumberRejectsController } from './api/number-rejects.controller';
import { MatchingModule } from './matching.module';

/** Matching as the api host serves it. */
@Module({ imports: [MatchingModule], controllers: [NumberRejectsController], providers: [MatchingResolver] })
export class MatchingApiModule {}

export type { GateDecision, GatePerson, RefusalReason } from './domain/decision';
export type { Freshness, GateOrigin, RuleInForce } from './domain/guard';
export type { GuardStanding } from './guard/guard';
export { SuppressionModule } from './suppression.module';
export { type GateRequest, SuppressionService } from './suppression.service';
export { SuppressionApiModule } from './suppression-api.module';
export { SuppressionWorkerModule } from './suppression-worker.module';
export { CheckDataDate } from './sync/check-data-date';
export { LearnFromLists, type ListPage } from './sync/learn-from-lists';

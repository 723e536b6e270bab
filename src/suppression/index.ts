export type { GateDecision, GatePerson, RefusalReason } from './domain/decision';
export { SuppressionModule } from './suppression.module';
export { type GateRequest, SuppressionService } from './suppression.service';
export { SuppressionApiModule } from './suppression-api.module';

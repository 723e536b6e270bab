import { parseConfig } from '@libs/platform';
import { ConnectionsModule } from '@modules/connections';
import { MatchingModule } from '@modules/matching';
import { ProfilesModule } from '@modules/profiles';
import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ExclusionPersonalData } from './exclusion-personal-data';
import { FindProofs } from './guard/find-proofs';
import { Guard } from './guard/guard';
import { KeepCustomerValues } from './guard/keep-customer-values';
import { KeepErased } from './guard/keep-erased';
import { KeepExclusions } from './guard/keep-exclusions';
import { ManageOverrides } from './guard/manage-overrides';
import { ManageRules } from './guard/manage-rules';
import { ImportEntries } from './import-entries';
import { AttributeRepository } from './persistence/attribute.repository';
import { CustomerValueRepository } from './persistence/customer-value.repository';
import { EntryRepository } from './persistence/entry.repository';
import { ExclusionRuleRepository } from './persistence/exclusion-rule.repository';
import { FeedRepository } from './persistence/feed.repository';
import { GuardDecisionRepository } from './persistence/guard-decision.repository';
import { GuardOverrideRepository } from './persistence/guard-override.repository';
import { ListGateRepository } from './persistence/list-gate.repository';
import { MergeRepository } from './persistence/merge.repository';
import { OwnExclusionRepository } from './persistence/own-exclusion.repository';
import { RememberedValueRepository } from './persistence/remembered-value.repository';
import { SuppressionEntryEntity } from './persistence/suppression-entry.entity';
import { SyncRunRepository } from './persistence/sync-run.repository';
import { RefusedAddresses } from './refused-addresses';
import { RuleDependents } from './rule-dependents';
import { SuppressionConfig } from './suppression.config';
import { SuppressionService } from './suppression.service';
import { SuppressionList } from './suppression-list';
import { CheckDataDate } from './sync/check-data-date';
import { Contradictions } from './sync/contradictions';
import { EveryUserId } from './sync/every-user-id';
import { ForgetValues } from './sync/forget-values';
import { LearnFromLists } from './sync/learn-from-lists';
import { LoadFile } from './sync/load-file';
import { ManageSync } from './sync/manage-sync';
import { StopWithAttribute } from './sync/stop-with-attribute';
import { SyncAtOnce } from './sync/sync-at-once';
import { SyncAttribute } from './sync/sync-attribute';
import { TimeAttributes } from './sync/time-attributes';
import { ValueWriter } from './sync/value-writer';

const repositories = [
  AttributeRepository,
  CustomerValueRepository,
  EntryRepository,
  ExclusionRuleRepository,
  FeedRepository,
  GuardDecisionRepository,
  GuardOverrideRepository,
  ListGateRepository,
  MergeRepository,
  OwnExclusionRepository,
  RememberedValueRepository,
  SyncRunRepository,
];

const useCases = [
  CheckDataDate,
  Contradictions,
  EveryUserId,
  FindProofs,
  ForgetValues,
  Guard,
  ImportEntries,
  LearnFromLists,
  LoadFile,
  ManageOverrides,
  ManageRules,
  ManageSync,
  RuleDependents,
  StopWithAttribute,
  SuppressionList,
  SyncAtOnce,
  SyncAttribute,
];

/** Who must not be contacted: the gate, the lists and rules it reads, and the daily values that rules rest on. */
@Module({
  imports: [
    ProjectsModule,
    ConnectionsModule,
    ProfilesModule,
    MatchingModule,
    TypeOrmModule.forFeature([SuppressionEntryEntity]),
  ],
  providers: [
    { provide: SuppressionConfig, useFactory: () => parseConfig(SuppressionConfig) },
    ...repositories,
    ...useCases,
    RefusedAddresses,
    SuppressionService,
    ExclusionPersonalData,
    KeepCustomerValues,
    KeepErased,
    KeepExclusions,
    TimeAttributes,
    ValueWriter,
  ],
  exports: [SuppressionConfig, RefusedAddresses, SuppressionService, ...repositories, ...useCases],
})
export class SuppressionModule {}

import { registerEnumType } from '@nestjs/graphql';
import { freshnesses, guardOutcomes, unknownMeanings } from '../domain/guard';
import { problemCodes } from '../domain/problem';

const enumOf = <T extends string>(words: readonly T[]) => Object.fromEntries(words.map((word) => [word, word]));

/** States of a suppression attribute. */
export const AttributeStateEnum = enumOf(['WAITING', 'FRESH', 'FAILED', 'STOPPED']);
registerEnumType(AttributeStateEnum, {
  name: 'SuppressionAttributeState',
  description: 'Not synced yet, synced, its last sync failed, or stopped until somebody acts.',
});

/** States of a run. */
export const RunStateEnum = enumOf(['WAITING', 'RUNNING', 'SUCCEEDED', 'PARTLY_FAILED', 'FAILED']);
registerEnumType(RunStateEnum, { name: 'SuppressionSyncState', description: 'How a sync ended, or that it has not.' });

/** Where values came from. */
export const SourceEnum = enumOf(['CHANGERS', 'FILE']);
registerEnumType(SourceEnum, { name: 'SuppressionSource', description: "Optimove's daily changes, or a file." });

/** What a rule means by nobody knows. */
export const UnknownMeaningEnum = enumOf(unknownMeanings);
registerEnumType(UnknownMeaningEnum, {
  name: 'UnknownMeaning',
  description: 'What a rule means for a person without a value.',
});

/** How far a value can be relied on. */
export const FreshnessEnum = enumOf(freshnesses);
registerEnumType(FreshnessEnum, {
  name: 'SuppressionFreshness',
  description:
    'How far a value can be relied on. Anything but FRESH holds a message, unless the value excludes anyway.',
});

/** What was decided. */
export const OutcomeEnum = enumOf(guardOutcomes);
registerEnumType(OutcomeEnum, { name: 'GuardOutcome', description: 'What the guard decided of a person.' });

/** On what a decision rests. */
export const BasisEnum = enumOf(['RULE', 'LIST']);
registerEnumType(BasisEnum, { name: 'GuardBasis', description: 'An exclusion rule or a suppression list.' });

/** Kinds of refusals. */
export const GuardErrorCodeEnum = enumOf(problemCodes);
registerEnumType(GuardErrorCodeEnum, { name: 'GuardErrorCode', description: 'Why a change was refused.' });

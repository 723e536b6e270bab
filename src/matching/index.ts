export { type FoundCustomer, Matches, type MatchHandler } from './matches';
export { MatchingModule } from './matching.module';
export { type MatchCustomer, MatchingService, type MatchKeys, type MatchResult } from './matching.service';
export { MatchingApiModule } from './matching-api.module';
export { isPersons, keyOfPerson } from './rows-of-person';

import { ConnectionsModule } from '@modules/connections';
import { ProfilesModule } from '@modules/profiles';
import { Module } from '@nestjs/common';
import { Matches } from './matches';
import { MatchingService } from './matching.service';
import { MatchingPersonalData } from './matching-personal-data';
import { MatchedCustomerRepository } from './persistence/matched-customer.repository';
import { NumberRejectRepository } from './persistence/number-reject.repository';

/** Who Optimove's customers are among the profiles. */
@Module({
  imports: [ConnectionsModule, ProfilesModule],
  providers: [Matches, MatchingService, MatchingPersonalData, MatchedCustomerRepository, NumberRejectRepository],
  exports: [Matches, MatchingService, NumberRejectRepository],
})
export class MatchingModule {}

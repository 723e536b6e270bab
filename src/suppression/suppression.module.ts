import { ProfilesModule } from '@modules/profiles';
import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SuppressionEntryEntity } from './persistence/suppression-entry.entity';
import { SuppressionService } from './suppression.service';
import { SuppressionList } from './suppression-list';

/** Who must not be contacted: the gate and the lists it reads. */
@Module({
  imports: [ProjectsModule, ProfilesModule, TypeOrmModule.forFeature([SuppressionEntryEntity])],
  providers: [SuppressionService, SuppressionList],
  exports: [SuppressionService, SuppressionList],
})
export class SuppressionModule {}

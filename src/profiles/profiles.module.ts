import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AddressAnswers } from './address-answers';
import { AttributeDefinitions } from './attributes/attribute-definitions';
import { AttributeEnds } from './attributes/attribute-ends';
import { ChangeValues } from './attributes/change-values';
import { TimedAttributes } from './attributes/timed-attributes';
import { Contactability } from './contactability';
import { Dependents } from './dependents';
import { DeviceWriter } from './imports/device-writer';
import { ImportFile } from './imports/import-file';
import { ImportRepository } from './imports/import-repository';
import { ImportWriter } from './imports/import-writer';
import { Merges } from './merges';
import { AnonymousProfiles } from './persistence/anonymous-profiles';
import { AppEntity } from './persistence/app.entity';
import { AttributeDefinitionEntity } from './persistence/attribute-definition.entity';
import { AttributeValueRepository } from './persistence/attribute-value.repository';
import { AttributeWorkRepository } from './persistence/attribute-work.repository';
import { BehaviourRepository } from './persistence/behaviour.repository';
import { ConsentRepository } from './persistence/consent.repository';
import { ContactabilityRepository } from './persistence/contactability.repository';
import { DeviceRepository } from './persistence/device.repository';
import { ProfileRepository } from './persistence/profile.repository';
import { ProfileDirectory } from './persistence/profile-directory';
import { PushPlaceRepository } from './persistence/push-place.repository';
import { ReachRepository } from './persistence/reach.repository';
import { RecipientCountRepository } from './persistence/recipient-count.repository';
import { RegistrationRoomRepository } from './persistence/registration-room.repository';
import { SegmentEntity } from './persistence/segment.entity';
import { SegmentRepository } from './persistence/segment.repository';
import { SegmentPeopleRepository } from './persistence/segment-people.repository';
import { ErasePerson } from './personal-data/erase-person';
import { ErasureRepository } from './personal-data/erasure.repository';
import { FindPerson } from './personal-data/find-person';
import { OwnPersonalData } from './personal-data/own-personal-data';
import { PersonalData } from './personal-data/personal-data';
import { ProfilesService } from './profiles.service';
import { CountRecipients } from './segments/count-recipients';
import { RuleSubjects } from './segments/rule-subjects';
import { Segments } from './segments/segments';

/** People, their devices and how they can be reached. */
@Module({
  imports: [ProjectsModule, TypeOrmModule.forFeature([AppEntity, AttributeDefinitionEntity, SegmentEntity])],
  providers: [
    AddressAnswers,
    AnonymousProfiles,
    AttributeDefinitions,
    AttributeEnds,
    AttributeValueRepository,
    AttributeWorkRepository,
    ChangeValues,
    Contactability,
    ContactabilityRepository,
    Dependents,
    BehaviourRepository,
    ProfilesService,
    ProfileRepository,
    ReachRepository,
    PushPlaceRepository,
    ProfileDirectory,
    ImportFile,
    ImportRepository,
    ImportWriter,
    DeviceWriter,
    ConsentRepository,
    DeviceRepository,
    SegmentRepository,
    SegmentPeopleRepository,
    RecipientCountRepository,
    RegistrationRoomRepository,
    Segments,
    RuleSubjects,
    CountRecipients,
    PersonalData,
    OwnPersonalData,
    FindPerson,
    ErasureRepository,
    ErasePerson,
    Merges,
    TimedAttributes,
  ],
  exports: [
    AddressAnswers,
    AttributeWorkRepository,
    ChangeValues,
    AnonymousProfiles,
    AttributeDefinitions,
    AttributeEnds,
    Contactability,
    Dependents,
    BehaviourRepository,
    ConsentRepository,
    DeviceRepository,
    ProfilesService,
    ProfileRepository,
    ProfileDirectory,
    ImportFile,
    ImportRepository,
    ImportWriter,
    SegmentRepository,
    RecipientCountRepository,
    RegistrationRoomRepository,
    Segments,
    RuleSubjects,
    CountRecipients,
    PersonalData,
    FindPerson,
    ErasePerson,
    Merges,
    TimedAttributes,
  ],
})
export class ProfilesModule {}

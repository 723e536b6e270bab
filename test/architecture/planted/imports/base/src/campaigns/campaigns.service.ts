import { channelsName } from '@modules/channels';
import { suppressionName } from '@modules/suppression';
import { platformName } from '@libs/platform';
import { endState } from './domain/end-state';
import { RecipientEntity } from './persistence/recipient.entity';

export const campaignsName = [channelsName, suppressionName, platformName, endState, RecipientEntity.name].join();

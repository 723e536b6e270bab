import { RecipientEntity } from '../../src/campaigns/persistence/recipient.entity';

export const reached = RecipientEntity;

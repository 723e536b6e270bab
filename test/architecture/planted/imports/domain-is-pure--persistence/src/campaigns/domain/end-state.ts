import { RecipientEntity } from '../persistence/recipient.entity';

export const endState = RecipientEntity;

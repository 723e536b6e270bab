import { registerEnumType } from '@nestjs/graphql';
import { contentMedia } from '../../domain/content/campaign-content';
import { enumOf } from './enum-of';

/** The media of content as GraphQL names them. */
export const ContentMediumEnum = enumOf(contentMedia);
registerEnumType(ContentMediumEnum, {
  name: 'ContentMedium',
  description: 'A medium that campaigns have content for.',
});

import { Field, Int, ObjectType } from '@nestjs/graphql';

@ObjectType('AcceptedForLater', {
  description:
    'Messages that were accepted and have not reached anybody yet, as far as can be known: of push messages and e-mails nobody says.',
})
export class AcceptedForLaterType {
  @Field(() => Int, {
    description:
      'Text messages that a provider accepted and has not reported an end of. They cannot be called back from here.',
  })
  texts!: number;

  @Field(() => Int, {
    description:
      'Inbox, in-app and on-site messages that nobody has fetched. They stay until they expire; stopShowing takes them back.',
  })
  keptMessages!: number;
}

import { PageArgs } from '@libs/platform';
import { ArgsType, Field, ID } from '@nestjs/graphql';
import { IsOptional, IsUUID, Length } from 'class-validator';

/** Whom to trace, and which part of it. */
@ArgsType()
export class TraceArgs extends PageArgs {
  @Field({ description: 'As Optimove knows the customer; in Direct campaigns the user ID.' })
  @Length(1, 255)
  customerId!: string;

  @Field(() => ID, { nullable: true, description: 'Only over this connection.' })
  @IsOptional()
  @IsUUID()
  connectionId?: string | null;
}

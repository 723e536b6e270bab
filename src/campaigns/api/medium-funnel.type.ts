import { ConnectionType } from '@libs/platform';
import { Field, Float, Int, ObjectType } from '@nestjs/graphql';

@ObjectType('MediumFunnel', {
  description:
    'What became of the messages of one medium. Customers count once per execution and medium; what a campaign has is the sum of its executions.',
})
export class MediumFunnelType {
  @Field({ description: 'Medium, such as EMAIL.' })
  medium!: string;

  @Field(() => Int, { description: 'Customers of whom a provider accepted at least one message, in finished chunks.' })
  sent!: number;

  @Field(() => Int, { description: 'Customers with a delivery receipt, or who did something with a message.' })
  delivered!: number;

  @Field(() => Int, {
    description: 'Customers of whom a message that its provider had taken did not arrive after all.',
  })
  bounced!: number;

  @Field(() => Int, { description: 'Customers who opened a message, as far as it can be told; a click is an opening.' })
  opened!: number;

  @Field(() => Int, { description: 'Openings by people, each time counted.' })
  opens!: number;

  @Field(() => Int, { description: 'Openings by programs, such as mail programs that load every picture.' })
  machineOpens!: number;

  @Field(() => Int, { description: 'Customers who followed a link or tapped a message.' })
  clicked!: number;

  @Field(() => Int, { description: 'Clicks of people, each time counted.' })
  clicks!: number;

  @Field(() => Int, { description: 'Clicks of programs, such as link scanners.' })
  machineClicks!: number;

  @Field(() => Int, { description: 'Customers who unsubscribed by a message.' })
  unsubscribed!: number;

  @Field(() => Int, { description: 'Customers who complained about a message.' })
  complained!: number;

  @Field(() => Float, { nullable: true, description: 'Share delivered of sent, 0 to 1; null when nobody was sent to.' })
  deliveryRate!: number | null;

  @Field(() => Float, { nullable: true, description: 'Share bounced of sent.' })
  bounceRate!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Share opened of those whom a message reached: sent without bounced, as not every provider tells of deliveries.',
  })
  openRate!: number | null;

  @Field(() => Float, { nullable: true, description: 'Share clicked of those whom a message reached.' })
  clickRate!: number | null;

  @Field(() => Float, { nullable: true, description: 'Share clicked of opened.' })
  clickToOpenRate!: number | null;

  @Field(() => Float, { nullable: true, description: 'Share unsubscribed of those whom a message reached.' })
  unsubscribeRate!: number | null;

  @Field(() => Float, { nullable: true, description: 'Share complained of those whom a message reached.' })
  complaintRate!: number | null;
}

@ObjectType('LinkClicks', {
  description: 'A link as it stands in the content, and who followed it. Addresses with personal values are one link.',
})
export class LinkClicksType {
  @Field({ description: 'EMAIL or SMS.' })
  medium!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Its place among the links of the medium, from 1; null without a link.',
  })
  position!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'As the author wrote it, placeholders and all; null: clicks on addresses that are no link of the content.',
  })
  link!: string | null;

  @Field(() => Int, { description: 'Customers who followed it; per execution once.' })
  clicked!: number;

  @Field(() => Int, { description: 'Clicks of people, each time counted.' })
  clicks!: number;

  @Field(() => Int, { description: 'Clicks of programs, such as link scanners.' })
  machineClicks!: number;
}

@ObjectType('LinkClicksConnection', { description: 'A page of links by medium and place in the content.' })
export class LinkClicksConnection extends ConnectionType(LinkClicksType) {}

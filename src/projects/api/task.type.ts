import { ConnectionType, PageArgs } from '@libs/platform';
import { ArgsType, Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsBoolean, IsIn, IsOptional, IsUUID, Length } from 'class-validator';
import { type Work, type WorkStatus, workStatuses } from '../domain/work';

const TaskStatusEnum = Object.fromEntries(workStatuses.map((status) => [status, status]));
registerEnumType(TaskStatusEnum, { name: 'TaskStatus', description: 'How a task ended, or that it has not.' });

/** A longer piece of work of any module. */
@ObjectType('Task', {
  description:
    'A longer piece of work with progress, counts and downloadable failed rows: imports, syncs, executions …',
})
export class TaskType implements Work {
  @Field(() => ID, { description: 'Our id; of an execution, that of the execution.' })
  id!: string;

  @Field(() => ID, { nullable: true, description: 'The connection it works for; null when it is for none.' })
  connectionId!: string | null;

  @Field({ description: 'What kind of work, such as profiles.import, suppression.sync or campaigns.execution.' })
  kind!: string;

  @Field({ description: 'What it does, in words.' })
  title!: string;

  @Field(() => TaskStatusEnum, {
    description: 'How it ended, or that it has not. HELD: it waits for what `detail` names.',
  })
  status!: WorkStatus;

  @Field({ description: 'Who or what started it.' })
  triggeredBy!: string;

  @Field(() => Int, { nullable: true, description: 'How many items, when known.' })
  total!: number | null;

  @Field(() => Int, { description: 'Items done.' })
  processed!: number;

  @Field(() => Int, { description: 'Items that worked.' })
  succeeded!: number;

  @Field(() => Int, { description: 'Items that were rejected or failed, each kept with a reason.' })
  failed!: number;

  @Field(() => String, { nullable: true, description: 'Why it failed or is held, and what to do.' })
  detail!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Where the failed rows can be downloaded as CSV: a path to GET with the same API key. Null: none failed.',
  })
  failedRowsPath!: string | null;

  @Field({ description: 'When it was asked for.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the work itself began; null while it waits for its turn.' })
  startedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it ended.' })
  finishedAt!: Date | null;
}

@ObjectType('TaskConnection', { description: 'A page of tasks, newest first.' })
export class TaskConnection extends ConnectionType(TaskType) {}

/** Which tasks to list. */
@ArgsType()
export class TasksArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only of this connection.' })
  @IsOptional()
  @IsUUID()
  connectionId?: string | null;

  @Field(() => String, { nullable: true, description: 'Only of this kind, such as suppression.sync.' })
  @IsOptional()
  @Length(1, 60)
  kind?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: only what goes on or is held; false: only what has ended.',
  })
  @IsOptional()
  @IsBoolean()
  isOpen?: boolean | null;

  @Field(() => [TaskStatusEnum], { nullable: true, description: 'Only those that stand so, such as HELD and FAILED.' })
  @IsOptional()
  @IsIn(workStatuses, { each: true })
  statuses?: WorkStatus[] | null;

  @Field(() => Date, { nullable: true, description: 'Only what was asked for from this instant on.' })
  @IsOptional()
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Only what was asked for before this instant.' })
  @IsOptional()
  to?: Date | null;
}

import { decodeCursor, PageArgs, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  AttributeConversionArgs,
  AttributeConversionType,
  AttributeDefinitionConnection,
  AttributeDefinitionPayload,
  AttributeDefinitionType,
  ConvertAttributeDefinitionInput,
  CreateAttributeDefinitionInput,
  DeleteAttributeDefinitionInput,
  RenameAttributeDefinitionInput,
} from './attribute.type';
import { type AttributeOutcome, ManageAttributes } from './manage-attributes';
import { PreviewConversion } from './preview-conversion';

/** The project's own list of custom attributes. */
@Resolver(() => AttributeDefinitionType)
export class AttributesResolver {
  constructor(
    private readonly manage: ManageAttributes,
    private readonly conversion: PreviewConversion,
  ) {}

  @Allow('profiles.view')
  @Query(() => AttributeDefinitionConnection, { description: 'Custom attributes of the project, oldest first.' })
  async attributeDefinitions(
    @CurrentActor() actor: Actor,
    @Args() { first, after }: PageArgs,
  ): Promise<AttributeDefinitionConnection> {
    const rows = await this.manage.list(actor.projectId, decodeCursor(after), first + 1);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @Allow('profiles.view')
  @Query(() => AttributeConversionType, {
    description:
      'What defining an attribute would mean for the values that are stored under its name. Changes nothing.',
  })
  attributeConversion(
    @CurrentActor() actor: Actor,
    @Args() args: AttributeConversionArgs,
  ): Promise<AttributeConversionType> {
    return this.conversion.run(actor.projectId, args);
  }

  @Allow('profiles.view')
  @Query(() => [String], {
    description:
      'What stops working when an attribute is deleted or gets another type: segments, campaigns, exclusion rules.',
  })
  async attributeDeletionConsequences(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<string[]> {
    return (await this.manage.consequences(actor.projectId, id)) ?? [];
  }

  @Allow('profiles.manage')
  @Mutation(() => AttributeDefinitionPayload, { description: 'Adds a custom attribute.' })
  createAttributeDefinition(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateAttributeDefinitionInput,
  ): Promise<AttributeDefinitionPayload> {
    return checked(CreateAttributeDefinitionInput, input, () => this.manage.create(actor, input));
  }

  @Allow('profiles.manage')
  @Mutation(() => AttributeDefinitionPayload, { description: 'Renames a custom attribute.' })
  renameAttributeDefinition(
    @CurrentActor() actor: Actor,
    @Args('input') input: RenameAttributeDefinitionInput,
  ): Promise<AttributeDefinitionPayload> {
    return checked(RenameAttributeDefinitionInput, input, () => this.manage.rename(actor, input));
  }

  @Allow('profiles.manage')
  @Mutation(() => AttributeDefinitionPayload, {
    description:
      'Gives a custom attribute another type and converts its stored values. Refused while something rests on it, unless that is accepted; under an exclusion rule it needs suppression.override too.',
  })
  convertAttributeDefinition(
    @CurrentActor() actor: Actor,
    @Args('input') input: ConvertAttributeDefinitionInput,
  ): Promise<AttributeDefinitionPayload> {
    return checked(ConvertAttributeDefinitionInput, input, () => this.manage.convert(actor, input));
  }

  @Allow('profiles.manage')
  @Mutation(() => AttributeDefinitionPayload, {
    description:
      'Takes a custom attribute off the list and its values off every profile or device. Refused while something rests on it, unless that is accepted; under an exclusion rule it needs suppression.override too.',
  })
  deleteAttributeDefinition(
    @CurrentActor() actor: Actor,
    @Args('input') input: DeleteAttributeDefinitionInput,
  ): Promise<AttributeDefinitionPayload> {
    return checked(DeleteAttributeDefinitionInput, input, () => this.manage.remove(actor, input));
  }
}

async function checked<T extends object>(
  type: new () => T,
  input: T,
  work: () => Promise<AttributeOutcome>,
): Promise<AttributeDefinitionPayload> {
  const problems = await validateInput(type, input);
  if (problems.length > 0) {
    return {
      attributeDefinition: null,
      taskId: null,
      userErrors: problems.map((each) => ({ ...each, code: 'INVALID' })),
    };
  }
  const outcome = await work();
  return {
    attributeDefinition: outcome.attribute,
    taskId: outcome.taskId ?? null,
    userErrors: outcome.problems,
  };
}

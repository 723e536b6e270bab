import { mutate } from '../campaign-stage';
import type { Product } from '../product';

/** What a rule says unless told. */
export const ruleInput = { excludingValues: ['true'], whenUnknown: 'ALLOW', maximumAgeHours: 8760 };

/** A rule, and the attribute that it rests on. */
export interface ChosenRule {
  connectionId: string;
  attributeId: string;
  ruleId: string;
}

/** Chooses an attribute that Optimove has for the sync, and adds a rule by which true excludes. */
export async function addRule(
  { graphql }: Product,
  { name, connectionId, rule: further }: { name: string; connectionId: string; rule?: object },
): Promise<ChosenRule> {
  const { attributeDefinition } = await mutate<{ attributeDefinition: { id: string } }>(
    graphql,
    'createAttributeDefinition',
    'CreateAttributeDefinitionInput',
    'attributeDefinition { id }',
    { name, type: 'BOOLEAN' },
  );
  const { suppressionAttribute } = await mutate<{ suppressionAttribute: { id: string } }>(
    graphql,
    'chooseSuppressionAttribute',
    'ChooseSuppressionAttributeInput',
    'suppressionAttribute { id }',
    { connectionId, attributeDefinitionId: attributeDefinition.id },
  );
  const { rule } = await mutate<{ rule: { id: string } }>(
    graphql,
    'createExclusionRule',
    'CreateExclusionRuleInput',
    'rule { id }',
    { ...ruleInput, ...further, suppressionAttributeId: suppressionAttribute.id },
  );
  return { connectionId, attributeId: suppressionAttribute.id, ruleId: rule.id };
}

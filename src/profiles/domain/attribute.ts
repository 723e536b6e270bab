/** What the value of an attribute can be. */
export const attributeTypes = ['STRING', 'NUMBER', 'DATE', 'ARRAY', 'BOOLEAN'] as const;

/** One of {@link attributeTypes}. */
export type AttributeType = (typeof attributeTypes)[number];

/** On what an attribute is: the person or the installation. */
export const attributeTargets = ['PROFILE', 'DEVICE'] as const;

/** One of {@link attributeTargets}. */
export type AttributeTarget = (typeof attributeTargets)[number];

/** A custom attribute of a project. */
export interface AttributeDefinition {
  id: string;
  name: string;
  type: AttributeType;
  target: AttributeTarget;
}

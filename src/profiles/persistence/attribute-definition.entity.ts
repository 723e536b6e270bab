import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { AttributeTarget, AttributeType } from '../domain/attribute';

/** A custom attribute of a project: its name, and what its values can be. */
@Entity('attribute_definition')
@Unique('uq_attribute_definition_name', ['projectId', 'name'])
@Check('ck_attribute_definition_type', `type IN ('STRING', 'NUMBER', 'DATE', 'ARRAY', 'BOOLEAN')`)
@Check('ck_attribute_definition_target', `target IN ('PROFILE', 'DEVICE')`)
export class AttributeDefinitionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_attribute_definition' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  type!: AttributeType;

  @Column('text')
  target!: AttributeTarget;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

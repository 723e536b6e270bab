import type { Moment } from './date-range';

/** Which people a statement looks at. */
export type Scope =
  | { of: 'project' }
  /** Only these. */
  | { of: 'people'; profileIds: string[] }
  /** Ids after `after` and up to `upTo`; null is open. */
  | { of: 'range'; after: string | null; upTo: string | null };

/**
 * Where a condition stands: everybody must meet it, nobody may, or it is a part of a larger term. The first two the
 * planner can join by.
 */
export type Place = 'required' | 'excluded' | 'free';

/** A condition as its place wants it: where it excludes, what is not known to be true is not. */
export function settled(place: Place, condition: string): string {
  return place === 'excluded' ? `(${condition}) IS NOT TRUE` : `(${condition})`;
}

/** The opposite of a condition that `compile` makes for any place. */
export function oppositeIn(place: Place, compile: (place: Place) => string): string {
  if (place === 'free') return `(${compile('free')}) IS NOT TRUE`;
  return compile(place === 'required' ? 'excluded' : 'required');
}

/** Rows that people have: a table with project_id and profile_id, and which of its rows count. */
export interface Having {
  table: string;
  alias: string;
  filter: string;
  place: Place;
}

/** Builds one statement: values become parameters, never text. Whatever is not a column of the profile is joined once per rule, so that every plan is a few passes over sets. */
export class Statement {
  readonly joins: string[] = [];
  readonly parameters: unknown[];

  constructor(
    projectId: string,
    readonly moment: Moment,
    private readonly scope: Scope,
  ) {
    this.parameters = [projectId];
    if (scope.of === 'people') this.parameters.push(scope.profileIds);
    if (scope.of === 'range') this.parameters.push(scope.after, scope.upTo);
  }

  /** The place of a value. */
  value(value: unknown, type: string): string {
    this.parameters.push(value);
    return `$${this.parameters.length}::${type}`;
  }

  /** The condition that keeps a table within the project and the people of the statement. */
  within(alias: string, idColumn: string): string {
    const project = `${alias}.project_id = $1`;
    const column = `${alias}.${idColumn}`;
    if (this.scope.of === 'people') return `${project} AND ${column} = ANY($2::uuid[])`;
    if (this.scope.of === 'project') return project;
    const after = this.scope.after === null ? '$2::uuid IS NULL' : `${column} > $2::uuid`;
    const upTo = this.scope.upTo === null ? '$3::uuid IS NULL' : `${column} <= $3::uuid`;
    return `${project} AND ${after} AND ${upTo}`;
  }

  /** Joins people who have something; `from` selects profile_id, once per person. @returns the alias. */
  join(from: string): string {
    const alias = `j${this.joins.length + 1}`;
    this.joins.push(`LEFT JOIN (${from}) ${alias} ON ${alias}.profile_id = p.id`);
    return alias;
  }

  /** The condition that a person has a row. */
  having({ table, alias, filter, place }: Having): string {
    const rows = `FROM ${table} ${alias} WHERE ${this.within(alias, 'profile_id')} AND ${filter}`;
    if (place === 'required') return `p.id IN (SELECT ${alias}.profile_id ${rows})`;
    if (place === 'excluded') return `NOT EXISTS (SELECT ${rows} AND ${alias}.profile_id = p.id)`;
    return `${this.join(`SELECT DISTINCT ${alias}.profile_id ${rows}`)}.profile_id IS NOT NULL`;
  }
}

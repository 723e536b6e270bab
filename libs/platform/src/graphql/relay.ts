import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** Where a page stands in its list. */
@ObjectType({ description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field({ description: 'Whether more items follow this page.' })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Pass as `after` to get the next page.' })
  endCursor!: string | null;
}

/** Arguments of every list that grows. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: 50, description: 'How many items, 1 to 200.' })
  @IsInt()
  @Min(1)
  @Max(200)
  first = 50;

  @Field(() => String, { nullable: true, description: 'The `endCursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  after?: string | null;
}

/** One item with its cursor. */
export interface Edge<T> {
  cursor: string;
  node: T;
}

/** A page of a list, as GraphQL serves it. */
export interface Page<T> {
  edges: Edge<T>[];
  nodes: T[];
  pageInfo: PageInfo;
  totalCount?: number;
}

/** Declares the edge and connection types of a node type, named after it. Subclass it with a description. */
export function ConnectionType<T>(node: Type<T>): Type<Page<T>> {
  @ObjectType(`${node.name.replace(/Type$/, '')}Edge`, { description: 'One item of the list with its cursor.' })
  class EdgeType implements Edge<T> {
    @Field({ description: 'Where this item stands.' })
    cursor!: string;

    @Field(() => node, { description: 'The item.' })
    node!: T;
  }

  @ObjectType({ isAbstract: true })
  abstract class ConnectionClass implements Page<T> {
    @Field(() => [EdgeType], { description: 'The items with their cursors.' })
    edges!: Edge<T>[];

    @Field(() => [node], { description: 'The items alone.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'Where this page stands.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { nullable: true, description: 'How many items there are in all, where that is cheap to know.' })
    totalCount?: number;
  }
  return ConnectionClass as Type<Page<T>>;
}

/**
 * Builds a page from up to `first + 1` rows that were read in order.
 * @param cursorOf the opaque position of a row, fit for {@link decodeCursor}.
 */
export function toPage<Row, Node>(
  rows: Row[],
  options: { first: number; cursorOf: (row: Row) => string; map: (row: Row) => Node; totalCount?: number },
): Page<Node> {
  const kept = rows.slice(0, options.first);
  const edges = kept.map((row) => ({ cursor: encodeCursor(options.cursorOf(row)), node: options.map(row) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: { hasNextPage: rows.length > options.first, endCursor: edges.at(-1)?.cursor ?? null },
    totalCount: options.totalCount,
  };
}

/** Makes a position opaque. */
export function encodeCursor(position: string): string {
  return Buffer.from(position, 'utf8').toString('base64url');
}

/** The position in a cursor, or null when there is none. */
export function decodeCursor(cursor: string | null | undefined): string | null {
  return cursor ? Buffer.from(cursor, 'base64url').toString('utf8') : null;
}

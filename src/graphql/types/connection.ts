import { type ClassType, Field, Int, ObjectType } from "type-graphql";

/** Where a page stands in its list. */
@ObjectType("PageInfo", {
  simpleResolvers: true,
  description: "Where a page stands in its list, and how to get the next.",
})
class PageInfo {
  @Field(() => Boolean, { description: "Whether more follows: ask again with `after: endCursor`." })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Whether something comes before this page." })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: "The cursor of the page's first item; null on an empty page." })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: "The cursor of the page's last item; null on an empty page." })
  endCursor!: string | null;
}

/** One item of a list, and its place in it. */
export interface Edge<V> {
  cursor: string;
  node: V;
}

/** A page of a list, in the form that GraphQL clients know as a Relay connection. */
export interface Connection<V> {
  edges: Edge<V>[];
  nodes: V[];
  pageInfo: PageInfo;
  /** Counted only where it is selected; else null, which no client sees. */
  totalCount: number | null;
}

/**
 * The types `<name>Connection` and `<name>Edge`.
 * @param things what it is a list of, in the plural: "secrets"
 */
export function connectionType<V extends object>(
  name: string,
  node: ClassType<V>,
  things: string,
): ClassType<Connection<V>> {
  @ObjectType(`${name}Edge`, {
    simpleResolvers: true,
    description: `One item of a list of ${things}, and its place in it.`,
  })
  class EdgeType implements Edge<V> {
    @Field(() => String, { description: "The item's place in this list; pass it as `after` to go on behind it." })
    cursor!: string;

    @Field(() => node, { description: "The item itself." })
    node!: V;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of a list of ${things}.` })
  class ConnectionType implements Connection<V> {
    @Field(() => [EdgeType], { description: "The page's items, each with its cursor." })
    edges!: EdgeType[];

    @Field(() => [node], { description: "The page's items without their cursors." })
    nodes!: V[];

    @Field(() => PageInfo, { description: "Where the page stands in the list." })
    pageInfo!: PageInfo;

    @Field(() => Int, {
      description: `How many ${things} the whole list has, as far as you may see them. Counted only when it is asked for.`,
    })
    totalCount!: number | null;
  }
  return ConnectionType;
}

import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import type { GraphQLContext } from "../context.js";
import { parseGlobalId } from "../ids.js";
import { Node } from "../types/node.js";

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: "Anything by its id; null where you can see nothing by that id." })
  node(
    @Arg("id", () => ID, { description: "The id of whatever it is." }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<Node | null> | null {
    const thing = parseGlobalId(id);
    return thing === null ? null : context.loaders[thing.kind].load(thing.id);
  }
}

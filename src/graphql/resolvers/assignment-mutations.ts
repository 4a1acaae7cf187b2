import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { type GraphQLContext, changed } from "../context.js";
import { uuidOf } from "../ids.js";
import { Assignment } from "../types/assignment.js";

@Resolver()
export class AssignmentMutations {
  @Mutation(() => Assignment, { description: "Has the operator fetch from the provider now, in this one project." })
  async syncAssignment(
    @Arg("id", () => ID, { description: "The assignment's id." }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<Assignment> {
    const row = await context.desiredState.syncAssignment(context.viewer, uuidOf("assignment", id));
    return changed(context).assignmentView(row);
  }
}

import { Field, ID, InterfaceType } from "type-graphql";

/** Whatever has an id of its own. */
@InterfaceType("Node", {
  description: "Whatever has an id of its own and can be read again by it, with `Query.node`.",
})
export abstract class Node {
  @Field(() => ID, {
    description: "Opaque, unchanging, and unique over all types. Keep it as it is; nothing may be read from it.",
  })
  id!: string;
}

export { createGraphQL, type GraphQLLayer, type GraphQLOptions } from "./create-graphql.js";
export type { Delivery, Sink } from "./subscriptions/sink.js";

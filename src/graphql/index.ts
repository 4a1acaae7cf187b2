export { createGraphQL, type GraphQLLayer, type GraphQLOptions } from "./create-graphql.js";

import { type GraphQLSchema, lexicographicSortSchema, printSchema } from "graphql";

/** The schema as `schema.graphql` at the project's root holds it: sorted, so that it depends on nothing but what it says. */
export function printedSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

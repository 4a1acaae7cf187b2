import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
} from "graphql";
import type { FieldPlan, Level, ObjectPlan, Result } from "./plan.js";

/*
 * Code for one selection. A literal with its keys written out is several times cheaper to make, to fill and to write as JSON than an object that is filled by computed keys. Nothing
 * but names stands in the code, and only those that are names by GraphQL's grammar.
 */

/** GraphQL specification, 2.1.9. */
const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;

/** Whether code can be made for a response key or a field: `__proto__` means something else in a literal. */
export const isPlain = (name: string): boolean => NAME.test(name) && name !== "__proto__";

/** Whether the field is filled in by {@link Code.make}: a single leaf that no resolver answers. */
export const isInline = ({ definition, shape, batch, constant }: FieldPlan): boolean =>
  constant !== null ||
  (definition.resolve === undefined && batch === null && shape.leaf !== null && shape.items === null);

interface Code {
  make: ObjectPlan["make"];
  /** By the field's index; undefined for those that are inline. */
  setters: readonly (((result: Result, value: unknown) => void) | undefined)[];
}

/** @param slow answers a leaf that is not plainly a value of its type */
export function generate(
  fields: readonly FieldPlan[],
  slow: (level: Level, k: number, field: FieldPlan, value: unknown) => unknown,
): Code {
  const reads: string[] = [];
  const entries: string[] = [];
  const setters: string[] = [];
  const lookups: unknown[] = [];
  fields.forEach((field, i) => {
    const { key, constant, definition, shape } = field;
    if (constant !== null) entries.push(`${key}: ${JSON.stringify(constant)}`);
    else if (shape.leaf === null || !isInline(field)) {
      entries.push(`${key}: null`);
      setters[i] = `(result, value) => { result.${key} = value; }`;
    } else {
      reads.push(`const v${i} = source.${definition.name};`);
      lookups[i] = shape.leaf instanceof GraphQLEnumType ? namesOf(shape.leaf) : null;
      entries.push(`${key}: ${leafCode(shape.leaf, i, `slow(level, k, fields[${i}], v${i})`)}`);
    }
  });
  const code = `"use strict";
    return {
      make: (source, level, k) => { ${reads.join(" ")} return { ${entries.join(", ")} }; },
      setters: [${Array.from(fields, (_, i) => setters[i] ?? "undefined").join(", ")}],
    };`;
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-type-assertion, typescript/no-unsafe-call -- see above: names of GraphQL's grammar alone; and the code just above is what the type says
  return new Function("slow", "fields", "lookups", code)(slow, fields, lookups) as Code;
}

/** The value where it is one that the type's `serialize` would leave as it is. */
function leafCode(leaf: GraphQLLeafType, i: number, ask: string): string {
  if (leaf === GraphQLString || leaf === GraphQLID) return `typeof v${i} === "string" ? v${i} : ${ask}`;
  if (leaf === GraphQLInt) return `typeof v${i} === "number" && (v${i} | 0) === v${i} ? v${i} : ${ask}`;
  if (leaf === GraphQLFloat) return `Number.isFinite(v${i}) ? v${i} : ${ask}`;
  if (leaf === GraphQLBoolean) return `typeof v${i} === "boolean" ? v${i} : ${ask}`;
  // The lookup answers undefined for what is no value of the enum.
  if (leaf instanceof GraphQLEnumType) return `typeof v${i} === "string" ? lookups[${i}].get(v${i}) ?? ${ask} : ${ask}`;
  return ask;
}

/** The names of an enum's values that are text. */
const namesOf = (type: GraphQLEnumType): ReadonlyMap<unknown, string> =>
  new Map(type.getValues().flatMap(({ name, value }) => (typeof value === "string" ? [[value, name]] : [])));

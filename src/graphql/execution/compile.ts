import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeNameMetaFieldDef,
  type DocumentNode,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  visit,
} from "graphql";
import { batchOf } from "./batch.js";
import { type Choice, collectFields } from "./collect.js";
import { generate, isInline, isPlain } from "./generate.js";
import { slowLeaf } from "./leaf.js";
import type { AbstractPlan, FieldPlan, ObjectPlan, Plan, Shape } from "./plan.js";

/** Fields of one plan, whatever is spread into each other. What would have more is left to graphql-js, which looks at selections only where there is something to select from. */
const MAX_FIELDS = 2_000;

/** The operation has something that only graphql-js executes. */
class NotCompilable extends Error {}

/** The variables that decide which fields are selected. */
export function switchesOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      for (const { value } of node.arguments ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}

/**
 * Compiles an operation of a valid document.
 * @param variables coerced; only those of {@link switchesOf} are looked at
 * @returns null where graphql-js must execute it: introspection, lists of lists, `isTypeOf`, `__proto__` for a name, a condition that is null, more than 2,000 fields
 */
export function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Plan | null {
  const type = schema.getRootType(operation.operation);
  if (type === undefined || type === null) return null;
  if (switchesOf(document).some((name) => typeof variables[name] !== "boolean")) return null;
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  }
  try {
    const root = new Compiler({ schema, fragments, variables }).object(type, [operation.selectionSet]);
    return { schema, document, operation, fragments, root };
  } catch (error) {
    if (error instanceof NotCompilable) return null;
    throw error;
  }
}

class Compiler {
  private count = 0;

  constructor(private readonly choice: Choice) {}

  object(type: GraphQLObjectType, sets: Parameters<typeof collectFields>[2]): ObjectPlan {
    if (type.isTypeOf !== undefined && type.isTypeOf !== null) throw new NotCompilable();
    const fields: FieldPlan[] = [];
    for (const [key, nodes] of collectFields(this.choice, type, sets)) {
      const field = this.field(type, key, nodes, fields.length);
      if (field !== null) fields.push(field);
    }
    const { make, setters } = generate(fields, slowLeaf);
    fields.forEach((field, i) => {
      field.set = setters[i] ?? field.set;
    });
    return { type, fields, columns: fields.filter((field) => !isInline(field)), make };
  }

  /** Null for a field that the type does not have: it is left out, as by graphql-js. */
  private field(parent: GraphQLObjectType, key: string, nodes: readonly FieldNode[], index: number): FieldPlan | null {
    this.count += 1;
    const name = nodes[0]?.name.value ?? "";
    if (this.count > MAX_FIELDS) throw new NotCompilable();
    if (!isPlain(key) || !isPlain(name) || name === "__schema" || name === "__type") throw new NotCompilable();
    const isTypeName = name === TypeNameMetaFieldDef.name;
    const definition: GraphQLField<unknown, unknown> | undefined = isTypeName
      ? TypeNameMetaFieldDef
      : parent.getFields()[name];
    if (definition === undefined) return null;
    return {
      index,
      key,
      parent,
      definition,
      nodes,
      shape: this.shape(definition.type, nodes),
      batch: batchOf(definition.extensions),
      constant: isTypeName ? parent.name : null,
      set: (result, value) => {
        result[key] = value;
      },
    };
  }

  private shape(type: GraphQLOutputType, nodes: readonly FieldNode[]): Shape {
    const bare = isNonNullType(type) ? type.ofType : type;
    const item = isListType(bare) ? bare.ofType : null;
    const named = item === null ? bare : isNonNullType(item) ? item.ofType : item;
    const sets = nodes.map(({ selectionSet }) => selectionSet);
    const shape = {
      nonNull: isNonNullType(type),
      items: item === null ? null : { nonNull: isNonNullType(item) },
      leaf: null,
      object: null,
      abstract: null,
    };
    if (isLeafType(named)) return { ...shape, leaf: named };
    if (isObjectType(named)) return { ...shape, object: this.object(named, sets) };
    if (isAbstractType(named)) return { ...shape, abstract: this.abstract(named, sets) };
    throw new NotCompilable();
  }

  private abstract(type: AbstractPlan["type"], sets: Parameters<typeof collectFields>[2]): AbstractPlan {
    // All of them now, since whether one cannot be compiled must be known before anything is executed.
    const plans = new Map(
      this.choice.schema.getPossibleTypes(type).map((possible) => [possible.name, this.object(possible, sets)]),
    );
    return { type, of: (name) => plans.get(name) ?? null };
  }
}

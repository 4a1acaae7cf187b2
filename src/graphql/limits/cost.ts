import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import type { PageSizes } from "../paging.js";
import { INTROSPECTION_FIELDS } from "./document-limits.js";

/** How long a list that is no connection is taken to be. */
const LIST_SIZES: ReadonlyMap<string, number> = new Map([
  ["Query.clusters", 20],
  ["Mutation.adoptExternalSecrets", 100],
  ["Project.unmanagedExternalSecrets", 100],
  ["SecretSpec.data", 20],
  ["__Type.fields", 8],
  ["__Type.inputFields", 4],
  ["__Type.enumValues", 4],
  ["__Type.interfaces", 1],
  ["__Type.possibleTypes", 1],
  ["__Field.args", 2],
  ["__Schema.directives", 6],
  ["__Directive.args", 2],
  ["__Directive.locations", 5],
]);
const OTHER_LIST_SIZE = 10;

/** A connection is a statement in the database; every other field is one step of execution. */
const CONNECTION_WEIGHT = 10;

const isConnection = (typeName: string): boolean => typeName.endsWith("Connection");

type Mode = "data" | "introspection";

/**
 * The cost of an operation: roughly the number of fields that its largest answer has. A field costs 1 (a connection 10, what asks a cluster more, see `complexity` of the resolvers), and what stands below a list counts
 * as often as the list is long: `first`, or what LIST_SIZES says. Fragments are computed once for each size of list that they are spread in, so that
 * nested spreads take no more time than the document is long.
 */
class CostCalculator {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly known = new Map<string, number>();
  private readonly typeCount: number;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variables: { readonly [name: string]: unknown },
    private readonly pages: PageSizes,
    private readonly mode: Mode,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
    this.typeCount = Object.keys(schema.getTypeMap()).length;
  }

  ofOperation(operation: OperationDefinitionNode): number {
    const root = this.schema.getRootType(operation.operation);
    return root === undefined || root === null ? 0 : this.ofSelections(operation.selectionSet, root, 1);
  }

  /** @param pageSize of the connection that these selections stand in */
  private ofSelections(set: SelectionSetNode, parent: GraphQLCompositeType, pageSize: number): number {
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) cost += this.ofField(selection, parent, pageSize);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        const type = condition === undefined ? parent : this.schema.getType(condition);
        if (isCompositeType(type)) cost += this.ofSelections(selection.selectionSet, type, pageSize);
      } else cost += this.ofFragment(selection.name.value, pageSize);
    }
    return cost;
  }

  private ofFragment(name: string, pageSize: number): number {
    const key = `${name} ${pageSize}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    // A cycle is refused by validation; should one come here, it ends.
    this.known.set(key, 0);
    const fragment = this.fragments.get(name);
    const type = fragment === undefined ? undefined : this.schema.getType(fragment.typeCondition.name.value);
    const cost =
      fragment === undefined || !isCompositeType(type) ? 0 : this.ofSelections(fragment.selectionSet, type, pageSize);
    this.known.set(key, cost);
    return cost;
  }

  private ofField(node: FieldNode, parent: GraphQLCompositeType, pageSize: number): number {
    const name = node.name.value;
    if (INTROSPECTION_FIELDS.has(name)) {
      if (this.mode === "data") return 0;
      return this.ofKnownField(node, name === "__schema" ? SchemaMetaFieldDef : TypeMetaFieldDef, parent, pageSize);
    }
    const inSchemaItself = parent.name.startsWith("__");
    if ((this.mode === "introspection") !== inSchemaItself) {
      // Introspection begins at the top level alone, below which its own types stand.
      return 0;
    }
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    return field === undefined ? 0 : this.ofKnownField(node, field, parent, pageSize);
  }

  private ofKnownField(
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    parent: GraphQLCompositeType,
    pageSize: number,
  ): number {
    const type = getNamedType(field.type);
    const toConnection = isConnection(type.name);
    const complexity: unknown = field.extensions["complexity"];
    const weight = typeof complexity === "number" ? complexity : toConnection ? CONNECTION_WEIGHT : 1;
    if (node.selectionSet === undefined || !isCompositeType(type)) return weight;
    const below = this.ofSelections(node.selectionSet, type, toConnection ? this.firstOf(node) : pageSize);
    return weight + this.lengthOf(field, parent, pageSize) * below;
  }

  /** How often what is below a field counts. */
  private lengthOf(field: GraphQLField<unknown, unknown>, parent: GraphQLCompositeType, pageSize: number): number {
    const type = isNonNullType(field.type) ? field.type.ofType : field.type;
    if (!isListType(type)) return 1;
    if (isConnection(parent.name)) return pageSize;
    const name = `${parent.name}.${field.name}`;
    return name === "__Schema.types" ? this.typeCount : (LIST_SIZES.get(name) ?? OTHER_LIST_SIZE);
  }

  private firstOf(node: FieldNode): number {
    const value = node.arguments?.find((argument) => argument.name.value === "first")?.value;
    const given =
      value?.kind === Kind.INT
        ? Number(value.value)
        : value?.kind === Kind.VARIABLE
          ? this.variables[value.name.value]
          : undefined;
    const first = typeof given === "number" ? given : this.pages.defaultSize;
    // A size out of bounds is refused by the field itself; it must not get round the cost on its way there.
    return Math.min(Math.max(first, 0), this.pages.maxSize);
  }
}

/** The cost of one operation of a valid document, with its variables coerced. */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: { readonly [name: string]: unknown },
  pages: PageSizes,
): { data: number; introspection: number } {
  const cost = (mode: Mode): number =>
    new CostCalculator(schema, document, variables, pages, mode).ofOperation(operation);
  return { data: cost("data"), introspection: cost("introspection") };
}

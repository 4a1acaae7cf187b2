import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLAbstractType,
  GraphQLField,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from "graphql";
import type { GraphQLContext } from "../context.js";
import type { Batch } from "./batch.js";

/** An object of the answer, filled in as its fields are known. */
export type Result = Record<string, unknown>;

/** What a field's type is, unwrapped. Lists of lists are left to graphql-js. */
export interface Shape {
  nonNull: boolean;
  /** Null: no list. */
  items: { nonNull: boolean } | null;
  /** Exactly one of the three. */
  leaf: GraphQLLeafType | null;
  object: ObjectPlan | null;
  abstract: AbstractPlan | null;
}

/** Plans by the name of the type that a value turns out to have. */
export interface AbstractPlan {
  type: GraphQLAbstractType;
  of: (typeName: string) => ObjectPlan | null;
}

/** One field of a selection: the nodes that ask for it under one response key. */
export interface FieldPlan {
  /** Its place among its siblings. */
  index: number;
  /** Its name in the answer. */
  key: string;
  parent: GraphQLObjectType;
  definition: GraphQLField<unknown, unknown>;
  nodes: readonly FieldNode[];
  shape: Shape;
  batch: Batch | null;
  /** Stands in the answer as it is (`__typename`); null: it is resolved. */
  constant: string | null;
  set: (result: Result, value: unknown) => void;
}

/** A selection of one object type. */
export interface ObjectPlan {
  type: GraphQLObjectType;
  fields: readonly FieldPlan[];
  /** Fields that {@link make} leaves null: those with a resolver, and whatever is no single leaf. */
  columns: readonly FieldPlan[];
  /** The object with all keys in order; leaves that are properties of the source are filled in. Throws what a property throws. */
  make(source: Readonly<Record<string, unknown>>, level: Level, k: number): Result;
}

/** An operation of a document, for one choice of what @skip and @include leave in. */
export interface Plan {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
  root: ObjectPlan;
}

/** Something that failed, and where: a field of object `k` of a level, or an item of its list. */
export interface Fault {
  level: Level;
  k: number;
  field: FieldPlan;
  item: number | null;
  error: unknown;
}

/** Where the objects of a level stand: in which field of which objects. */
export interface Origin {
  readonly level: Level;
  readonly field: FieldPlan;
  parentOf(k: number): number;
  /** Null: no list. */
  itemOf(k: number): number | null;
}

/** All objects at one place of the answer; see level.ts. */
export interface Level {
  readonly run: Run;
  readonly plan: ObjectPlan;
  readonly sources: readonly unknown[];
  /** Null: the top. */
  readonly origin: Origin | null;
  readonly results: Result[];
  /** @param item the place in a list; null: the field itself */
  fail(k: number, field: FieldPlan, item: number | null, error: unknown): void;
  /** A field without a value. @returns null */
  absent(k: number, field: FieldPlan, item?: number | null): null;
  /** A leaf that is a promise, which is set when it is known. */
  later(k: number, field: FieldPlan, value: PromiseLike<unknown>): void;
  /** A value of a leaf type as it stands in the answer. */
  leaf(k: number, field: FieldPlan, item: number | null, value: unknown): unknown;
}

/** One execution of a plan; see run.ts. */
export interface Run {
  readonly plan: Plan;
  readonly context: GraphQLContext;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly faults: Fault[];
  /** Resolves all fields of a level and whatever is below them. */
  columns(level: Level): void;
  /** Calls `then` with the values, promises among them awaited. */
  whenSettled(
    values: readonly unknown[] | PromiseLike<readonly unknown[]>,
    then: (values: readonly unknown[]) => void,
  ): void;
  /** What a method of a source answers. */
  method(level: Level, k: number, field: FieldPlan): unknown;
  /** What resolvers are told of where they are. */
  infoOf(level: Level, k: number, field: FieldPlan): GraphQLResolveInfo;
}

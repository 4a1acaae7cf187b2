import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  Kind,
} from "graphql";
import type { Problem } from "../../errors.js";
import type { DocumentLimits } from "./settings.js";

/** Fields that lead into the schema's description of itself; they have limits of their own. */
export const INTROSPECTION_FIELDS: ReadonlySet<string> = new Set(["__schema", "__type"]);

interface Depths {
  /** Levels of nested fields, introspection left out. */
  data: number;
  /** Levels of nested fields below the deepest `__schema` or `__type`, itself included. */
  introspection: number;
}

/**
 * Measures a document by its form alone, so that it can be refused before it is validated. Every definition is walked once: fragments
 * are measured by name, however often they are spread. A cycle of fragments counts as nothing: validation refuses it.
 */
class Measure {
  aliases = 0;
  directives = 0;
  /** In the selection set that has most. */
  selections = 0;

  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly depths = new Map<string, Depths>();
  private readonly rootCounts = new Map<string, number>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
      if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.directives += definition.directives?.length ?? 0;
      this.count(definition.selectionSet);
    }
  }

  private count(set: SelectionSetNode): void {
    this.selections = Math.max(this.selections, set.selections.length);
    for (const selection of set.selections) {
      this.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD && selection.alias !== undefined) this.aliases += 1;
      if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet !== undefined)
        this.count(selection.selectionSet);
    }
  }

  depthOf(set: SelectionSetNode | undefined): Depths {
    const deepest: Depths = { data: 0, introspection: 0 };
    for (const selection of set?.selections ?? []) {
      const depth =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? this.depthOfFragment(selection.name.value)
          : this.depthOf(selection.selectionSet);
      if (selection.kind !== Kind.FIELD) {
        deepest.data = Math.max(deepest.data, depth.data);
        deepest.introspection = Math.max(deepest.introspection, depth.introspection);
      } else if (INTROSPECTION_FIELDS.has(selection.name.value)) {
        deepest.introspection = Math.max(deepest.introspection, 1 + depth.data);
      } else {
        deepest.data = Math.max(deepest.data, 1 + depth.data);
        deepest.introspection = Math.max(deepest.introspection, depth.introspection);
      }
    }
    return deepest;
  }

  private depthOfFragment(name: string): Depths {
    const known = this.depths.get(name);
    if (known !== undefined) return known;
    // Stands for the fragment while it is measured, so that a cycle ends.
    this.depths.set(name, { data: 0, introspection: 0 });
    const depth = this.depthOf(this.fragments.get(name)?.selectionSet);
    this.depths.set(name, depth);
    return depth;
  }

  rootFieldsOf(set: SelectionSetNode | undefined): number {
    let count = 0;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) count += 1;
      else if (selection.kind === Kind.INLINE_FRAGMENT) count += this.rootFieldsOf(selection.selectionSet);
      else count += this.rootFieldsOfFragment(selection.name.value);
    }
    return count;
  }

  private rootFieldsOfFragment(name: string): number {
    const known = this.rootCounts.get(name);
    if (known !== undefined) return known;
    this.rootCounts.set(name, 0);
    const count = this.rootFieldsOf(this.fragments.get(name)?.selectionSet);
    this.rootCounts.set(name, count);
    return count;
  }
}

const tooMany = (what: string, found: number, allowed: number): Problem => ({
  path: [],
  message: `The document has ${found} ${what}; at most ${allowed} are allowed.`,
});

function operationProblems(operation: OperationDefinitionNode, measure: Measure, limits: DocumentLimits): Problem[] {
  const problems: Problem[] = [];
  const name = operation.name === undefined ? "The operation" : `The operation ${operation.name.value}`;
  const { data, introspection } = measure.depthOf(operation.selectionSet);
  if (data > limits.maxDepth) {
    problems.push({ path: [], message: `${name} is ${data} levels deep; at most ${limits.maxDepth} are allowed.` });
  }
  if (introspection > limits.maxIntrospectionDepth) {
    problems.push({
      path: [],
      message: `${name} looks ${introspection} levels deep into the schema; at most ${limits.maxIntrospectionDepth} are allowed.`,
    });
  }
  const roots = measure.rootFieldsOf(operation.selectionSet);
  if (roots > limits.maxRootFields) {
    problems.push({
      path: [],
      message: `${name} has ${roots} top-level fields; at most ${limits.maxRootFields} are allowed.`,
    });
  }
  return problems;
}

/** Every bound of form that a parsed document passes; empty: none. Takes time in proportion to the document's length. */
export function documentProblems(document: DocumentNode, limits: DocumentLimits): Problem[] {
  const measure = new Measure(document);
  const problems: Problem[] = [];
  if (measure.aliases > limits.maxAliases) problems.push(tooMany("aliases", measure.aliases, limits.maxAliases));
  if (measure.directives > limits.maxDirectives)
    problems.push(tooMany("directives", measure.directives, limits.maxDirectives));
  if (measure.selections > limits.maxSelections) {
    problems.push(tooMany("selections in one place", measure.selections, limits.maxSelections));
  }
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) problems.push(...operationProblems(definition, measure, limits));
  }
  return problems;
}

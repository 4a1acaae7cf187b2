import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
  execute,
  getOperationAST,
  getVariableValues,
} from "graphql";
import type { GraphQLContext } from "../context.js";
import { compile, switchesOf } from "./compile.js";
import { settle, topOf } from "./faults.js";
import { ObjectLevel } from "./level.js";
import type { Plan } from "./plan.js";
import { PlanRun } from "./run.js";

/** What is to be executed: an operation of a document that is valid. */
export interface Execution {
  document: DocumentNode;
  operationName?: string | null | undefined;
  /** As the client sent them. */
  variableValues?: Readonly<Record<string, unknown>> | null | undefined;
  contextValue: GraphQLContext;
}

/** A document is compiled when it comes for so many times: most of those that come once never come again. */
const COMPILED_AT = 2;
/** Plans of one document: its operations, and what @skip and @include leave of them. What is beyond is left to graphql-js. */
const MAX_PLANS = 8;

interface Kept {
  uses: number;
  switches: readonly string[];
  /** Null: not to be compiled. */
  plans: Map<string, Plan | null>;
}

/**
 * Executes operations: by a plan that was compiled for the document, or by graphql-js, with the same answer. Plans hold nothing of what was answered, and live as long as their document is
 * kept (documents.ts), whose bound is theirs.
 */
export class Executor {
  private readonly kept = new WeakMap<DocumentNode, Kept>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** The answer, as graphql-js' `execute` gives it. */
  async execute(execution: Execution, rootValue?: unknown): Promise<ExecutionResult> {
    const [result] = await this.executeEach(execution, [rootValue]);
    if (result === undefined) throw new Error("an execution without a result");
    return result;
  }

  /** The same operation in the same context on several roots (a subscription's transitions): one answer for each, and reads shared by all. */
  async executeEach(execution: Execution, rootValues: readonly unknown[]): Promise<readonly ExecutionResult[]> {
    const { document, contextValue, variableValues, operationName } = execution;
    const operation = getOperationAST(document, operationName);
    if (operation !== null && operation !== undefined) {
      const variables = getVariableValues(this.schema, operation.variableDefinitions ?? [], variableValues ?? {});
      const plan = variables.coerced === undefined ? null : this.planOf(document, operation, variables.coerced);
      if (plan !== null) return run(new PlanRun(plan, contextValue, variables.coerced ?? {}), rootValues);
    }
    return Promise.all(
      rootValues.map(async (rootValue) =>
        execute({
          schema: this.schema,
          document,
          contextValue,
          rootValue,
          variableValues: variableValues ?? {},
          operationName: operationName ?? null,
        }),
      ),
    );
  }

  private planOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): Plan | null {
    let kept = this.kept.get(document);
    if (kept === undefined) {
      kept = { uses: 0, switches: switchesOf(document), plans: new Map() };
      this.kept.set(document, kept);
    }
    kept.uses += 1;
    if (kept.uses < COMPILED_AT) return null;
    const key = `${operation.name?.value ?? ""} ${kept.switches.map((name) => String(variables[name])).join()}`;
    const known = kept.plans.get(key);
    if (known !== undefined || kept.plans.size >= MAX_PLANS) return known ?? null;
    const plan = compile(this.schema, document, operation, variables);
    kept.plans.set(key, plan);
    return plan;
  }
}

async function run(state: PlanRun, rootValues: readonly unknown[]): Promise<readonly ExecutionResult[]> {
  const { plan } = state;
  const top = new ObjectLevel(state, plan.root, rootValues, null);
  if (plan.operation.operation === OperationTypeNode.MUTATION) {
    // One after the other, and none after one that makes the whole answer null (specification, 6.2.2).
    for (const field of plan.root.columns) {
      if (state.isOver) break;
      state.column(top, field);
      await state.done();
    }
  } else {
    state.columns(top);
    await state.done();
  }
  if (state.faults.length === 0) return top.results.map((data) => ({ data }));
  const faults = Map.groupBy(state.faults, topOf);
  return top.results.map((data, k) => {
    const { errors, isNull } = settle(faults.get(k) ?? []);
    if (errors.length === 0) return { data };
    return { errors, data: isNull ? null : data };
  });
}

import { GraphQLError, type GraphQLResolveInfo, getArgumentValues } from "graphql";
import type { GraphQLContext } from "../context.js";
import { complete } from "./complete.js";
import { pathTo, reachesTop } from "./faults.js";
import { Failure, isPromise } from "./leaf.js";
import { isObject } from "./level.js";
import type { Fault, FieldPlan, Level, Plan, Run } from "./plan.js";

type Arguments = Readonly<Record<string, unknown>>;

/** One execution of a plan: what is shared by all its levels, and when it is done. */
export class PlanRun implements Run {
  readonly faults: Fault[] = [];
  private readonly known = new Map<FieldPlan, Arguments | Failure>();
  private pending = 0;
  private idle: (() => void) | null = null;
  private broken: Failure | null = null;

  constructor(
    readonly plan: Plan,
    readonly context: GraphQLContext,
    readonly variables: Arguments,
  ) {}

  /** Resolves all fields of a level and whatever is below them; to be awaited with {@link done}. */
  columns(level: Level): void {
    for (const field of level.plan.columns) this.column(level, field);
  }

  column(level: Level, field: FieldPlan): void {
    this.whenSettled(this.resolve(level, field), (values) => complete(level, field, values));
  }

  /** Resolves once nothing is under way any more; undefined: nothing is. @throws what a defect of this executor threw */
  done(): Promise<void> | undefined {
    if (this.broken !== null) throw this.broken.error;
    if (this.pending === 0) return undefined;
    return new Promise((resolve, reject) => {
      this.idle = () => {
        if (this.broken === null) resolve();
        else reject(this.broken.error);
      };
    });
  }

  /** Whether the top is null already, so that a mutation goes no further. */
  get isOver(): boolean {
    return this.faults.some(reachesTop);
  }

  /** Calls `then` with the values, promises among them awaited and what they reject as {@link Failure}: at once where there is nothing to wait for. */
  whenSettled(
    values: readonly unknown[] | PromiseLike<readonly unknown[]>,
    then: (values: readonly unknown[]) => void,
  ): void {
    if (!isPromise(values)) {
      if (!values.some(isPromise)) return then(values);
      this.wait(Promise.all(values.map((value) => (isPromise(value) ? value.then(undefined, failure) : value))), then);
      return;
    }
    this.wait(values, (settled) => this.whenSettled(settled, then));
  }

  private wait(values: PromiseLike<readonly unknown[]>, then: (values: readonly unknown[]) => void): void {
    this.pending += 1;
    const finish = (): void => {
      this.pending -= 1;
      if (this.pending === 0) this.idle?.();
    };
    values.then(then).then(finish, (error: unknown) => {
      this.broken ??= new Failure(error);
      finish();
    });
  }

  private resolve(level: Level, field: FieldPlan): readonly unknown[] | PromiseLike<readonly unknown[]> {
    const { sources } = level;
    const { batch, definition } = field;
    if (batch === null) {
      const { resolve } = definition;
      if (resolve === undefined) return sources.map((source, k) => this.property(level, k, field, source));
      const args = this.argumentsOf(field);
      if (args instanceof Failure) return sources.map(() => args);
      return sources.map((source, k) => {
        try {
          return resolve(source, args, this.context, this.infoOf(level, k, field));
        } catch (error) {
          return new Failure(error);
        }
      });
    }
    const allFail = (error: unknown): Failure[] => sources.map(() => new Failure(error));
    const checked = (values: readonly unknown[]): readonly unknown[] =>
      values.length === sources.length
        ? values
        : allFail(new Error(`${sources.length} values were asked for, and ${values.length} were answered`));
    try {
      const args = this.argumentsOf(field);
      if (args instanceof Failure) return sources.map(() => args);
      const values = batch(sources, args, this.context, { fieldNodes: field.nodes, fragments: this.plan.fragments });
      return isPromise(values) ? values.then(checked, allFail) : checked(values);
    } catch (error) {
      return allFail(error);
    }
  }

  private property(level: Level, k: number, field: FieldPlan, source: unknown): unknown {
    try {
      const value = isObject(source) ? source[field.definition.name] : undefined;
      return typeof value === "function" ? this.method(level, k, field) : value;
    } catch (error) {
      return new Failure(error);
    }
  }

  /** What a method of a source answers, called as graphql-js' default resolver calls it. */
  method(level: Level, k: number, field: FieldPlan): unknown {
    try {
      const args = this.argumentsOf(field);
      const source = level.sources[k];
      const method = isObject(source) ? source[field.definition.name] : undefined;
      if (args instanceof Failure || typeof method !== "function") return args;
      return Reflect.apply(method, source, [args, this.context, this.infoOf(level, k, field)]);
    } catch (error) {
      return new Failure(error);
    }
  }

  /** The field's arguments, which are the same for all its parents. */
  private argumentsOf(field: FieldPlan): Arguments | Failure {
    let args = this.known.get(field);
    if (args === undefined) {
      args = this.readArguments(field);
      this.known.set(field, args);
    }
    return args;
  }

  private readArguments({ definition, nodes: [node] }: FieldPlan): Arguments | Failure {
    if (node === undefined) return {};
    try {
      return getArgumentValues(definition, node, this.variables);
    } catch (error) {
      return new Failure(error);
    }
  }

  /** What resolvers are told of where they are. */
  infoOf(level: Level, k: number, field: FieldPlan): GraphQLResolveInfo {
    return new Info(this, level, k, field);
  }
}

const failure = (error: unknown): Failure => new Failure(error);

/** As graphql-js builds it, but nothing is computed that nobody asks for. */
class Info implements GraphQLResolveInfo {
  readonly #run: Run;
  readonly #level: Level;
  readonly #k: number;
  readonly #field: FieldPlan;

  constructor(run: Run, level: Level, k: number, field: FieldPlan) {
    this.#run = run;
    this.#level = level;
    this.#k = k;
    this.#field = field;
  }

  get fieldName(): string {
    return this.#field.definition.name;
  }
  get fieldNodes(): FieldPlan["nodes"] {
    return this.#field.nodes;
  }
  get returnType(): GraphQLResolveInfo["returnType"] {
    return this.#field.definition.type;
  }
  get parentType(): GraphQLResolveInfo["parentType"] {
    return this.#field.parent;
  }
  get schema(): GraphQLResolveInfo["schema"] {
    return this.#run.plan.schema;
  }
  get fragments(): Plan["fragments"] {
    return this.#run.plan.fragments;
  }
  get operation(): Plan["operation"] {
    return this.#run.plan.operation;
  }
  get variableValues(): Record<string, unknown> {
    return { ...this.#run.variables };
  }
  get rootValue(): unknown {
    let [level, k] = [this.#level, this.#k];
    while (level.origin !== null) {
      k = level.origin.parentOf(k);
      level = level.origin.level;
    }
    return level.sources[k];
  }
  get path(): GraphQLResolveInfo["path"] {
    let path: GraphQLResolveInfo["path"] | undefined;
    for (const key of [...pathTo(this.#level, this.#k), this.#field.key]) {
      path = { prev: path, key, typename: undefined };
    }
    if (path === undefined) throw new GraphQLError("a field without a path");
    return path;
  }
}

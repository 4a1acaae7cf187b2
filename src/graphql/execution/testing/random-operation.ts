import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import type { GraphQLCompositeType } from "graphql";
import type { Random } from "./random.js";

export interface RandomOperation {
  text: string;
  variables: Record<string, unknown>;
}

/** An operation on a schema with whatever the language has: fragments of all kinds, aliases, conditions, arguments and variables. Mostly valid, which the caller looks at. */
export function randomOperation(
  schema: GraphQLSchema,
  random: Random,
  roots: readonly GraphQLObjectType[],
): RandomOperation {
  return new Writer(schema, random).write(random.pick(roots));
}

const KEYWORDS = new Map([
  ["Query", "query"],
  ["Mutation", "mutation"],
  ["Subscription", "subscription"],
]);

/** Levels below which no further selection is begun. */
const MAX_DEPTH = 5;

class Writer {
  private readonly variables = new Map<string, { type: string; value: unknown }>();
  private aliases = 0;
  private readonly fragments = new Map<string, { type: string; text: string }>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: Random,
  ) {}

  write(root: GraphQLObjectType): RandomOperation {
    // A subscription has one field and no condition.
    const body = root.name === "Subscription" ? `{ ${this.field(root, 0)} }` : this.selection(root, 0);
    const definitions = [...this.variables].map(([name, { type }]) => `$${name}: ${type}`);
    const head = definitions.length === 0 ? "" : ` Operation(${definitions.join(", ")})`;
    const fragments = [...this.fragments].map(([name, { type, text }]) => `fragment ${name} on ${type} ${text}`);
    return {
      text: [`${KEYWORDS.get(root.name) ?? "query"}${head} ${body}`, ...fragments].join("\n"),
      variables: Object.fromEntries(
        [...this.variables].flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])),
      ),
    };
  }

  private selection(type: GraphQLCompositeType, depth: number): string {
    const parts = Array.from({ length: 1 + this.random.below(depth === 0 ? 3 : 5) }, () => this.part(type, depth));
    const good = parts.filter((part) => part !== null);
    return `{ ${good.length === 0 ? "__typename" : good.join(" ")} }`;
  }

  private part(type: GraphQLCompositeType, depth: number): string | null {
    const { random } = this;
    if (random.once(12)) return `${random.once(2) ? "kindOf: " : ""}__typename${this.condition()}`;
    if (depth < MAX_DEPTH && random.once(7)) {
      const narrower = random.once(3) ? null : random.pick(this.typesIn(type));
      const selection = this.selection(narrower ?? type, depth + 1);
      return `...${narrower === null ? "" : ` on ${narrower.name}`}${this.condition()} ${selection}`;
    }
    if (depth < MAX_DEPTH && random.once(9)) return this.spread(type, depth);
    if (!isObjectType(type) && !isInterfaceType(type)) return null;
    return this.field(type, depth);
  }

  private field(type: GraphQLObjectType | GraphQLInterfaceType, depth: number): string | null {
    const { random } = this;
    const field = random.pick(Object.values(type.getFields()));
    const named = getNamedType(field.type);
    if (isCompositeType(named) && depth >= MAX_DEPTH) return null;
    const args = this.args(field.args);
    this.aliases += 1;
    // Few names, so that some fields are asked for twice under one key; but with the same arguments alone.
    const alias = args === "" ? (random.once(4) ? random.pick(["a", "b", "__c"]) : null) : `x${this.aliases}`;
    const below = isCompositeType(named) ? ` ${this.selection(named, depth + 1)}` : "";
    const key = alias === null ? "" : `${alias}_${field.name}: `;
    return `${key}${field.name}${args}${depth === 0 ? "" : this.condition()}${below}`;
  }

  private spread(type: GraphQLCompositeType, depth: number): string {
    const target = this.random.pick(this.typesIn(type));
    const known = [...this.fragments].filter(([, fragment]) => fragment.type === target.name);
    if (known.length > 0 && this.random.once(2)) return `...${this.random.pick(known)[0]}${this.condition()}`;
    const text = this.selection(target, depth + 1);
    const name = `F${this.fragments.size}`;
    this.fragments.set(name, { type: target.name, text });
    return `...${name}${this.condition()}`;
  }

  /** What a fragment on this type may be on. */
  private typesIn(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const own = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
    return [type, ...own, ...(isAbstractType(type) ? this.schema.getPossibleTypes(type) : [])];
  }

  private condition(): string {
    if (!this.random.once(6)) return "";
    const name = this.random.pick(["skip", "include"]);
    if (this.random.once(3)) return ` @${name}(if: ${this.random.once(2)})`;
    const variable = this.variable("Boolean!", this.random.once(2), "if");
    return ` @${name}(if: $${variable})`;
  }

  private args(args: readonly GraphQLArgument[]): string {
    const given = args.filter(({ type }) => isNonNullType(type) || this.random.once(3));
    if (given.length === 0) return "";
    return `(${given.map(({ name, type }) => `${name}: ${this.input(type, true)}`).join(", ")})`;
  }

  /** @param mayVary a variable may stand here */
  private input(type: GraphQLInputType, mayVary: boolean): string {
    const { random } = this;
    if (isNonNullType(type)) {
      if (mayVary && random.once(3)) return `$${this.variable(String(type), this.value(type.ofType, 0), "v")}`;
      return literal(this.value(type.ofType, 0), type.ofType);
    }
    if (mayVary && random.once(3)) {
      const value = random.once(3) ? (random.once(2) ? null : undefined) : this.value(type, 0);
      return `$${this.variable(String(type), value, "v")}`;
    }
    return random.once(6) ? "null" : literal(this.value(type, 0), type);
  }

  private variable(type: string, value: unknown, prefix: string): string {
    const same = [...this.variables].filter(([, variable]) => variable.type === type);
    if (same.length > 2) return this.random.pick(same)[0];
    const name = `${prefix}${this.variables.size}`;
    this.variables.set(name, { type, value });
    return name;
  }

  private value(type: GraphQLInputType, depth: number): unknown {
    const { random } = this;
    if (isNonNullType(type)) return this.value(type.ofType, depth);
    if (isListType(type)) return Array.from({ length: random.below(3) }, () => this.value(type.ofType, depth + 1));
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isNonNullType(field.type) || (depth < 2 && random.once(3)),
      );
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field.type, depth + 1)]));
    }
    if (type.name === "Int") return random.below(4);
    if (type.name === "Float") return random.below(8) / 2;
    if (type.name === "Boolean") return random.once(2);
    if (type.name === "DateTime") return "2026-11-24T13:00:00Z";
    return random.pick(["x", "", "sec_00000000-0000-4000-8000-000000000001"]);
  }
}

/** A value as it is written in a document: names of enums and of fields have no quotes there. */
function literal(value: unknown, type: GraphQLInputType): string {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare) && Array.isArray(value))
    return `[${value.map((item) => literal(item, bare.ofType)).join(", ")}]`;
  if (isEnumType(bare)) return String(value);
  if (isInputObjectType(bare) && typeof value === "object" && value !== null) {
    const fields = bare.getFields();
    const entries = Object.entries(value).flatMap(([name, inner]) => {
      const field = fields[name];
      return field === undefined ? [] : [`${name}: ${literal(inner, field.type)}`];
    });
    return `{${entries.join(", ")}}`;
  }
  return JSON.stringify(value);
}

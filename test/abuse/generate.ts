import {
  getNamedType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from "graphql";
import fc from "fast-check";
import { schema } from "../api/access/schema.js";

/** Draws from an arbitrary. */
type Draw = <T>(of: fc.Arbitrary<T>) => T;

/** An operation made of the schema, mostly as it allows. */
export interface Generated {
  query: string;
  variables: Record<string, unknown>;
}

const TEXTS = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "",
    "a-name",
    "\0",
    "1h",
    "x".repeat(300),
    "{{ .x }}",
    "https://vault.example.com",
    "projects/{project}/",
  ),
);
const JSONS = fc.oneof(
  fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown),
  fc.constant({ tokenSecretRef: { name: "a", key: "b" } }),
);

class Generator {
  private readonly declarations: string[] = [];
  private readonly variables: Record<string, unknown> = {};
  private readonly fragments: string[] = [];
  private fields = 0;

  constructor(
    private readonly draw: Draw,
    private readonly ids: readonly string[],
  ) {}

  operation(): Generated {
    const kind = this.draw(fc.constantFrom("query", "query", "query", "mutation", "subscription"));
    const root = {
      query: schema.getQueryType(),
      mutation: schema.getMutationType(),
      subscription: schema.getSubscriptionType(),
    }[kind];
    if (root === null || root === undefined) throw new Error(`the schema has no ${kind}`);
    const count = kind === "subscription" ? 1 : this.draw(fc.integer({ min: 1, max: 3 }));
    const selections = Array.from({ length: count }, (_, n) => `r${n}: ${this.field(root, 4)}`);
    const declared = this.declarations.length === 0 ? "" : `(${this.declarations.join(", ")})`;
    const query = `${kind} Q${declared} { ${selections.join(" ")} }\n${this.fragments.join("\n")}`;
    return { query, variables: this.variables };
  }

  private field(parent: GraphQLObjectType, depth: number): string {
    this.fields += 1;
    const fields = Object.values(parent.getFields());
    const leaves = fields.filter(({ type }) => !isCompositeType(getNamedType(type)));
    const isEnd = depth <= 0 || this.fields > 60;
    const field = this.draw(fc.constantFrom(...(isEnd && leaves.length > 0 ? leaves : fields)));
    const args = field.args
      .filter((argument) => isRequiredArgument(argument) || this.draw(fc.boolean()))
      .map((argument) => `${argument.name}: ${this.argument(argument.type)}`);
    const type = getNamedType(field.type);
    const passed = args.length === 0 ? "" : `(${args.join(", ")})`;
    const below = isCompositeType(type) ? ` { ${this.selections(type, depth - 1)} }` : "";
    const directive = this.draw(fc.constantFrom("", "", "", " @include(if: true)", " @skip(if: false)"));
    return `${field.name}${passed}${parent.name === "Subscription" ? "" : directive}${below}`;
  }

  private selections(type: GraphQLNamedType, depth: number): string {
    if (depth <= -2 || this.fields > 80) return "__typename";
    if (isInterfaceType(type)) {
      const some = this.draw(fc.subarray([...schema.getPossibleTypes(type)], { maxLength: 2 }));
      return ["__typename", ...some.map((one) => `... on ${one.name} { ${this.selections(one, depth)} }`)].join(" ");
    }
    if (!isObjectType(type)) return "__typename";
    const count = this.draw(fc.integer({ min: 1, max: 4 }));
    const own = Array.from({ length: count }, (_, n) => `f${n}_${this.fields}: ${this.field(type, depth)}`);
    if (this.draw(fc.integer({ min: 0, max: 4 })) > 0) return own.join(" ");
    const name = `F${this.fragments.length}`;
    this.fragments.push(`fragment ${name} on ${type.name} { ${own.join(" ")} }`);
    return `...${name} __typename`;
  }

  /** In a variable, or left out by name where it may be. */
  private argument(type: GraphQLInputType): string {
    const name = `v${this.declarations.length}`;
    this.declarations.push(`$${name}: ${String(type)}`);
    this.variables[name] = this.value(type, 4);
    return `$${name}`;
  }

  private value(given: GraphQLInputType, depth: number): unknown {
    if (!isNonNullType(given) && this.draw(fc.integer({ min: 0, max: 7 })) === 0) return null;
    const type = isNonNullType(given) ? given.ofType : given;
    if (isListType(type))
      return Array.from({ length: this.draw(fc.integer({ min: 0, max: 3 })) }, () =>
        this.value(type.ofType, depth - 1),
      );
    if (isEnumType(type)) return this.draw(fc.constantFrom(...type.getValues().map(({ name }) => name)));
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isRequiredInputField(field) || (depth > 0 && this.draw(fc.integer({ min: 0, max: 2 })) === 0),
      );
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field.type, depth - 1)]));
    }
    switch (type.name) {
      case "ID":
        return this.draw(
          fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...this.ids) }, { weight: 1, arbitrary: TEXTS }),
        );
      case "Int":
        return this.draw(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer()));
      case "Boolean":
        return this.draw(fc.boolean());
      case "JSON":
        return this.draw(JSONS);
      case "DateTime":
        return this.draw(
          fc.oneof(
            fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
            TEXTS,
          ),
        );
      default:
        return this.draw(TEXTS);
    }
  }
}

/** Operations of every kind, over these ids. */
export const operations = (ids: readonly string[]): fc.Arbitrary<Generated> =>
  fc.gen().map((gen) => new Generator((of) => gen(() => of), ids).operation());

/** The same, broken in one place: a piece of the text is cut out, doubled or replaced. */
export const broken = (ids: readonly string[]): fc.Arbitrary<Generated> =>
  fc
    .tuple(
      operations(ids),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom("", "{", "}", "$", "...", '"', "@skip", "\0", "é"),
    )
    .map(([{ query, variables }, where, length, instead]) => {
      const at = Math.floor(where * query.length);
      return { query: query.slice(0, at) + instead + query.slice(at + length), variables };
    });

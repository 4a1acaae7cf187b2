import {
  GraphQLError,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  buildSchema,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { badUserInput } from "../../../errors.js";
import { batched } from "../batch.js";
import { Random } from "./random.js";

/** What resolvers of a hostile schema are driven by; stands where the context stands. */
export interface Drive {
  seed: string;
  /** Whether promises are promises, or what they would become. */
  async: boolean;
}

/** An object of a hostile schema: all that follows from it, follows from its key. */
export class Source {
  constructor(
    readonly $key: string,
    readonly $drive: Drive,
    readonly $type: string,
  ) {}
}

type How = "property" | "resolver" | "batch";
const howOf = (type: string, field: string): How =>
  new Random(`how ${type}.${field}`).pick<How>(["property", "property", "resolver", "batch"]);

/**
 * The types of a schema with resolvers that do whatever a resolver may do: answer, fail, answer nothing or nonsense, at once or later. Which of it depends on the drive's seed and on where the
 * object stands alone, so that every executor finds the same.
 */
export function hostileSchema(sdl: string): GraphQLSchema {
  const schema = buildSchema(sdl);
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type)) type.resolveType = (source: unknown) => hostile(typeNameOf(source));
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const how = roots.has(type) ? "resolver" : howOf(type.name, field.name);
      if (how === "property") define(type.name, field);
      else {
        // A batch is not told where each of its parents stands.
        field.resolve = (source: unknown, args: unknown, _context, info) =>
          valueOf(schema, source, field, args, how === "batch" ? { fieldNodes: info.fieldNodes } : info);
      }
      if (how === "batch") {
        field.extensions = batched(Anything, (sources, args, _context, info) => {
          const [first] = sources;
          const values = sources.map((source) => settled(() => valueOf(schema, source, field, args, info)));
          if (first instanceof Source && first.$drive.async && new Random(`batch ${field.name}`).once(2))
            return Promise.resolve(values);
          return values;
        });
      }
    }
  }
  /** Properties of sources: values, and methods that are given arguments. */
  function define(typeName: string, field: GraphQLField<unknown, unknown>): void {
    Object.defineProperty(classOf(typeName).prototype, field.name, {
      enumerable: true,
      get(this: Source) {
        const isMethod = new Random(`method ${this.$key}.${field.name}`).once(6);
        const value = (args: unknown): unknown => valueOf(schema, this, field, args, null);
        return isMethod ? value : value({});
      },
    });
  }
  return schema;
}

/** What batches are given may be no source. */
// oxlint-disable-next-line typescript/no-extraneous-class -- it stands in instanceof, as a class of parents does
class Anything {
  static [Symbol.hasInstance](): boolean {
    return true;
  }
}

/** A class for each type, which has the type's properties. */
const classes = new Map<string, typeof Source>();

function classOf(typeName: string): typeof Source {
  let known = classes.get(typeName);
  if (known === undefined) {
    known = class extends Source {};
    classes.set(typeName, known);
  }
  return known;
}

const sourceOf = (key: string, drive: Drive, type: string): Source => new (classOf(type))(key, drive, type);

export const rootSource = (seed: string, async: boolean): Source => new Source("", { seed, async }, "");

/** What a resolver of types may not answer, by its type. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- that is the point
const hostile = (value: unknown): string => value as string;

function typeNameOf(source: unknown): unknown {
  if (!(source instanceof Source)) return undefined;
  const random = new Random(`type ${source.$drive.seed} ${source.$key}`);
  if (random.once(20)) return random.pick([undefined, "Nowhere", "DateTime", "PageInfo"]);
  return random.once(4) ? later(source.$drive, source.$type) : source.$type;
}

function valueOf(
  schema: GraphQLSchema,
  source: unknown,
  field: GraphQLField<unknown, unknown>,
  args: unknown,
  info: (Pick<GraphQLResolveInfo, "fieldNodes"> & Partial<Pick<GraphQLResolveInfo, "path">>) | null,
): unknown {
  if (!(source instanceof Source)) throw new TypeError(`no source: ${String(source)}`);
  const node = info?.fieldNodes[0];
  const responseKey = node?.alias?.value ?? field.name;
  const key = `${source.$key}.${responseKey}`;
  const place = pathOf(info?.path);
  const random = new Random(`value ${source.$drive.seed} ${key} ${place} ${JSON.stringify(args)}`);
  return new Maker(schema, source.$drive, random).value(field.type, key);
}

function pathOf(path: GraphQLResolveInfo["path"] | undefined): string {
  return path === undefined ? "" : `${pathOf(path.prev)}/${path.key}`;
}

class Maker {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly drive: Drive,
    private readonly random: Random,
  ) {}

  value(type: GraphQLOutputType, key: string): unknown {
    const { random, drive } = this;
    const bare = isNonNullType(type) ? type.ofType : type;
    // Seldom where everything around becomes null by it.
    const bad = random.once(isNonNullType(type) ? 40 : 12);
    if (bad) {
      const what = random.below(8);
      if (what === 0) throw new Error(`thrown at ${key}`);
      if (what === 1) throw badUserInput([{ path: [key], message: "refused" }]);
      if (what === 2) return new GraphQLError(`an error for a value at ${key}`, { extensions: { code: "CONFLICT" } });
      if (what === 3) return later(drive, new Error(`an error in a promise at ${key}`));
      if (what === 4) return rejected(drive, new Error(`rejected at ${key}`));
      if (what === 5) return later(drive, null);
      return what === 6 ? null : undefined;
    }
    const good = this.good(bare, key);
    return random.once(4) ? later(drive, good) : good;
  }

  private good(type: GraphQLOutputType, key: string): unknown {
    const { random } = this;
    if (isListType(type)) {
      if (random.once(40)) return random.pick([7, "text", {}]);
      const items = Array.from({ length: random.below(4) }, (_, i) =>
        settled(() => this.value(type.ofType, `${key}.${i}`)),
      );
      return random.once(6) ? { [Symbol.iterator]: () => items.values() } : items;
    }
    if (isNonNullType(type)) return this.value(type.ofType, key);
    if (isAbstractType(type)) return sourceOf(key, this.drive, random.pick(this.schema.getPossibleTypes(type)).name);
    if (isObjectType(type)) return random.once(60) ? "no object" : sourceOf(key, this.drive, type.name);
    const isNonsense = random.once(15);
    if (isEnumType(type)) return isNonsense ? "NO_SUCH_VALUE" : random.pick(type.getValues()).value;
    if (type.name === "Int")
      return random.pick<unknown>(isNonsense ? [2 ** 31, 1.5, "x", true] : [0, -0, 5, "7", -(2 ** 31)]);
    if (type.name === "Float") return random.pick<unknown>(isNonsense ? [Number.NaN, "x"] : [0, 1.5, "2.5", true]);
    if (type.name === "Boolean") return random.pick<unknown>(isNonsense ? ["yes"] : [true, false, 1, 0]);
    if (type.name === "ID") return random.pick<unknown>(isNonsense ? [1.5, { id: 1 }] : [key, 12]);
    return random.pick<unknown>(isNonsense ? [Symbol.iterator, ["a"]] : [key, key, 12, true, '\u2028 "\\ \ud800']);
  }
}

/** What was thrown stands as the error itself: executors take both for the same. */
function settled(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

function later(drive: Drive, value: unknown): unknown {
  return drive.async ? new Promise((resolve) => setImmediate(resolve, value)) : value;
}

function rejected(drive: Drive, error: Error): unknown {
  if (!drive.async) return error;
  const promise = Promise.reject(error);
  // Executors may leave it unread, where something beside it failed.
  promise.catch(() => {});
  return promise;
}

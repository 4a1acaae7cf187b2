import type { GraphQLContext } from "../context.js";

/** What is the same for everybody at all times, or tells nothing to an answer. */
const NEUTRAL: ReadonlySet<string | symbol> = new Set<keyof GraphQLContext>(["stream", "pages", "installation"]);

/**
 * The same context, and whether anything of it was looked at that differs between viewers or moments: their scope, their loaders, the database. An execution that
 * looked at none has the same result for whoever else may see its root.
 */
export function watchContext(context: GraphQLContext): { contextValue: GraphQLContext; looked: () => boolean } {
  let looked = false;
  const contextValue = new Proxy(context, {
    get(target, name, receiver): unknown {
      if (!NEUTRAL.has(name)) looked = true;
      return Reflect.get(target, name, receiver);
    },
    // Listed or copied whole, nobody can tell what is looked at.
    ownKeys(target) {
      looked = true;
      return Reflect.ownKeys(target);
    },
  });
  return { contextValue, looked: () => looked };
}

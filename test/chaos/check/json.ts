/** What stands at a path of something; undefined where nothing does. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined),
    value,
  );

/** Text, or null for whatever else it is. */
export const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

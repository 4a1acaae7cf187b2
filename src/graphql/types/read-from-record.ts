/**
 * Makes fields of a type read its record when they are asked for: a list of lists has thousands of views, of which few fields are selected. The class declares them, and never sets them.
 * @param names fields that are called in the record what they are called in the API
 */
export function readFromRecord<Name extends string>(
  type: { prototype: { readonly record: { readonly [N in Name]?: unknown } } & { [N in Name]?: unknown } },
  names: readonly Name[],
): void {
  for (const name of names) {
    Object.defineProperty(type.prototype, name, {
      enumerable: true,
      get(this: { readonly record: { readonly [N in Name]?: unknown } }): unknown {
        return this.record[name];
      },
    });
  }
}

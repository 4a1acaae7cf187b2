import { registerEnumType } from "type-graphql";

/**
 * Registers an enum whose values are the domain's own words.
 * @param values every value with its description; the type makes a missing one an error of the compiler
 * @returns what stands for the enum in decorators: `@Field(() => RoleEnum)`
 */
export function enumType<Value extends string>(
  name: string,
  description: string,
  values: Record<Value, string>,
): object {
  const words = Object.keys(values);
  const descriptions: [string, string][] = Object.entries<string>(values);
  const enumObject: Record<string, string> = Object.fromEntries(words.map((word) => [word, word]));
  registerEnumType(enumObject, {
    name,
    description,
    valuesConfig: Object.fromEntries(descriptions.map(([word, text]) => [word, { description: text }])),
  });
  return enumObject;
}

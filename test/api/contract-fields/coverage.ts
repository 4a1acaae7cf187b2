import {
  getNamedType,
  isInterfaceType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type GraphQLSchema,
} from "graphql";

/** Every field of every object type, as `Type.field`. */
export function allFields(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith("__")
      ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
      : [],
  );
}

/** The fields that a document selects. What it selects on an interface counts for none of its types. */
export function fieldsOf(schema: GraphQLSchema, document: string): Set<string> {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    parse(document),
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType();
        if (isObjectType(parent)) found.add(`${parent.name}.${node.name.value}`);
      },
    }),
  );
  return found;
}

/** The fields that have nowhere in the answer a value that says something: null, an empty list or object, an empty text. */
export function emptyFields(schema: GraphQLSchema, document: string, data: unknown): string[] {
  const full = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, path);
      return;
    }
    if (value === null || value === undefined || value === "") return;
    full.add(path);
    if (typeof value === "object") for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
  };
  walk(data, "");
  const empty: string[] = [];
  const types = new TypeInfo(schema);
  const path: string[] = [];
  visit(
    parse(document),
    visitWithTypeInfo(types, {
      Field: {
        enter(node) {
          path.push(node.alias?.value ?? node.name.value);
          const type = getNamedType(types.getType());
          const opaque = !isObjectType(type) && !isInterfaceType(type);
          if (!full.has(`.${path.join(".")}`) && (opaque || node.selectionSet !== undefined))
            empty.push(path.join("."));
        },
        leave() {
          path.pop();
        },
      },
    }),
  );
  return empty;
}

import { readFile } from "node:fs/promises";
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  buildSchema,
  findBreakingChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  validateSchema,
} from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { PROVIDER_EXAMPLES } from "../domain/provider-examples.js";
import { printedSchema } from "./print-schema.js";
import { buildGraphQLSchema } from "./schema.js";

let schema: GraphQLSchema;
let contract: GraphQLSchema;

beforeAll(async () => {
  schema = await buildGraphQLSchema();
  contract = buildSchema(await readFile(new URL("../../test/support/contract.graphql", import.meta.url), "utf8"));
});

const ownTypes = (of: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(of.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

/** Every field, argument and enum value of a type: where it stands, and what it is. */
function* membersOf(type: GraphQLNamedType): Generator<{ place: string; kind: string; description: unknown }> {
  if (isEnumType(type)) {
    for (const value of type.getValues()) {
      yield { place: `${type.name}.${value.name}`, kind: "value", description: value.description };
    }
  }
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) {
      const kind = `${String(field.type)} = ${JSON.stringify(field.defaultValue)}`;
      yield { place: `${type.name}.${field.name}`, kind, description: field.description };
    }
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      const place = `${type.name}.${field.name}`;
      yield { place, kind: String(field.type), description: field.description };
      for (const argument of field.args) {
        const kind = `${String(argument.type)} = ${JSON.stringify(argument.defaultValue)}`;
        yield { place: `${place}(${argument.name})`, kind, description: argument.description };
      }
    }
  }
}

describe("the schema", () => {
  it("is valid", () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  it("is what schema.graphql says (npx vitest run src/graphql/schema.test.ts -u writes it)", async () => {
    await expect(printedSchema(schema)).toMatchFileSnapshot("../../schema.graphql");
  });

  it("breaks nothing of the contract", () => {
    expect(findBreakingChanges(contract, schema)).toEqual([]);
  });

  it("has everything of the contract with the same types and defaults", () => {
    const offered = new Map(ownTypes(schema).flatMap((type) => [...membersOf(type)].map((m) => [m.place, m.kind])));
    const promised = ownTypes(contract).flatMap((type) => [...membersOf(type)].map((m) => [m.place, m.kind]));
    expect(promised.length).toBeGreaterThan(400);
    expect(promised.map(([place]) => [place, offered.get(place ?? "")])).toEqual(promised);
  });

  it("adds no argument that must be given, and no type without need", () => {
    const added = ownTypes(schema).filter((type) => contract.getType(type.name) === undefined);
    // A preview says what it read, so that a form can be written as YAML, and YAML as a form, without a second parser.
    expect(added.map((type) => type.name)).toEqual(["PreviewedSecret"]);
  });

  it("describes every type, field, argument, input field and enum value", () => {
    const missing = ownTypes(schema).flatMap((type) => [
      ...(isBlank(type.description) ? [type.name] : []),
      ...[...membersOf(type)].filter((member) => isBlank(member.description)).map((member) => member.place),
    ]);
    expect(missing).toEqual([]);
  });

  it("says that enums may grow", () => {
    expect(schema.description).toContain("Enums may grow");
  });

  it.each(PROVIDER_EXAMPLES.map((example) => ({ ...example, title: `${example.kind} ${example.method}` })))(
    "shows how to sign in with $title",
    ({ kind, input }) => {
      const type = schema.getType(
        {
          VAULT: "VaultInput",
          AWS_SECRETS_MANAGER: "AwsInput",
          GCP_SECRET_MANAGER: "GcpInput",
          AZURE_KEY_VAULT: "AzureInput",
        }[kind],
      );
      const description = isInputObjectType(type) ? type.getFields()["auth"]?.description : undefined;
      expect(description).toContain(input["auth"] === undefined ? "left out" : JSON.stringify(input["auth"]));
    },
  );

  it("resolves plain fields of things without the library in between", () => {
    const type = schema.getType("Assignment");
    const fields = isObjectType(type) ? type.getFields() : {};
    expect(
      Object.keys(fields)
        .filter((name) => fields[name]?.resolve !== undefined)
        .sort(),
    ).toEqual(["externalSecret", "history", "permissions", "project", "secret"]);
  });
});

const isBlank = (text: unknown): boolean => typeof text !== "string" || text.trim().length < 8;

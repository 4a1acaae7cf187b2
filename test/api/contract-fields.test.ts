import { readFileSync } from "node:fs";
import { buildSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { type Arranged, type Case, World } from "./contract-fields/case.js";
import { allFields, emptyFields, fieldsOf } from "./contract-fields/coverage.js";
import { HISTORY } from "./contract-fields/history.js";
import { MUTATIONS } from "./contract-fields/mutations.js";
import { PLACES } from "./contract-fields/places.js";
import { PROVIDERS } from "./contract-fields/providers.js";
import { SECRETS } from "./contract-fields/secrets.js";

const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"));
const CASES: Case[] = [...PLACES, ...PROVIDERS, ...SECRETS, ...HISTORY, ...MUTATIONS];

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

/** The answer, of a subscription its first event. */
async function answerOf(document: string, { client = world.scene.admin, variables = {} }: Arranged): Promise<unknown> {
  if (!document.startsWith("subscription")) return client.ask(document, variables);
  const field =
    [...fieldsOf(schema, document)].find((name) => name.startsWith("Subscription."))?.slice("Subscription.".length) ??
    "";
  const socket = client.socket();
  try {
    const received = gather<unknown>(socket, document, field, variables);
    const event = await eventually(() => {
      if (received.errors.length > 0) throw new Error(JSON.stringify(received.errors));
      return received.events[0];
    });
    return { [field]: event };
  } finally {
    await socket.dispose();
  }
}

describe("every field of the contract has its own value", () => {
  it.each(CASES)("$name", async ({ document, arrange }) => {
    const arranged = await arrange(world);
    try {
      const data = await answerOf(document, arranged);
      expect(data).toEqual(arranged.expected);
      expect(emptyFields(schema, document, data)).toEqual(arranged.empty ?? []);
      await arranged.afterwards?.(data);
    } finally {
      await arranged.cleanup?.();
    }
  });

  it("no field of the schema is left out", () => {
    const covered = new Set(CASES.flatMap(({ document }) => [...fieldsOf(schema, document)]));
    expect(allFields(schema).filter((field) => !covered.has(field))).toEqual([]);
  });
});

import type { GraphQLSchema } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { Documents } from "./documents.js";
import { DEFAULT_GRAPHQL_LIMITS } from "./limits/settings.js";
import { buildGraphQLSchema } from "./schema.js";

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await buildGraphQLSchema();
});

const documents = (cacheBytes: number): Documents =>
  new Documents(schema, { ...DEFAULT_GRAPHQL_LIMITS.document, cacheBytes });
const named = (name: string): string => `query ${name} { me { subject } }`;

describe("documents", () => {
  it("are parsed and validated once", () => {
    const kept = documents(1_000);
    const { document } = kept.prepare(named("A"));
    expect(document).not.toBeNull();
    expect(kept.prepare(named("A")).document).toBe(document);
  });

  it("are kept up to a number of bytes, the longest unused going first", () => {
    const kept = documents(2 * named("A").length);
    const a = kept.prepare(named("A")).document;
    const b = kept.prepare(named("B")).document;
    expect(kept.prepare(named("A")).document).toBe(a);
    kept.prepare(named("C"));
    expect(kept.prepare(named("A")).document).toBe(a);
    expect(kept.prepare(named("B")).document).not.toBe(b);
  });

  it("are not kept where they are longer than all that may be kept", () => {
    const kept = documents(10);
    expect(kept.prepare(named("A")).document).not.toBe(kept.prepare(named("A")).document);
  });

  it("are found by Apollo under the SHA-256 of their text, with or without its prefix", async () => {
    const kept = documents(1_000);
    const { document } = kept.prepare("{ me { subject } }");
    const hash = "3f9bf2cd5b14abf5f8d9b97d0c4bde6c";
    expect(await kept.store.get(`schema:${hash}`)).toBeUndefined();
    const { createHash } = await import("node:crypto");
    const key = createHash("sha256").update("{ me { subject } }").digest("hex");
    expect(await kept.store.get(key)).toBe(document);
    expect(await kept.store.get(`schema:${key}`)).toBe(document);
  });

  it("that are bad are not kept", () => {
    const kept = documents(1_000);
    expect(kept.prepare("{ nothing }").errors).toHaveLength(1);
    expect(kept.prepare("{ nothing }").errors).toHaveLength(1);
  });
});

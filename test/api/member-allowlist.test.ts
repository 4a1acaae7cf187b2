import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError } from "../../src/dev/simulator/index.js";
import type { JsonObject } from "../../src/domain/json.js";
import { eventually } from "../support/eventually.js";
import { TableDump } from "./access/dump.js";
import { type Asked, KEYS, SHAPES } from "./allowlist/cases.js";
import { buildHouse, type House } from "./allowlist/house.js";
import { PROVIDERS } from "./allowlist/providers.js";

/*
 * DESIGN.md, "What a member sends is an allowlist": what is refused, in every way in which it can be asked: typed fields and a manifest, new and as a change, and taken over from the
 * cluster. An admin is refused none of it.
 */

let house: House;
let tables: TableDump;
beforeAll(async () => {
  house = await buildHouse();
  tables = await TableDump.open(house.app.databaseUrl);
}, 60_000);
afterAll(async () => {
  process.stdout.write(
    `member allowlist: ${KEYS.length + SHAPES.length} of secrets, ${PROVIDERS.length} of providers\n`,
  );
  await tables?.close();
  await house?.app.stop();
});

let count = 0;
const nextName = ({ name }: Asked): string => name ?? `asked-${(count += 1)}`;
const CASES = [...KEYS, ...SHAPES];

describe("what is refused", () => {
  // What is made by hand and goes again need not be taken up.
  beforeAll(() => house.app.cluster().operator.stop());
  afterAll(() => house.app.cluster().operator.start());

  it.each(CASES.filter(({ says }) => says !== undefined))("$title", async (asked) => {
    const name = nextName(asked);
    const says = asked.says ?? /nothing/;
    const before = await tables.take();
    for (const [way, said] of Object.entries(await askInAllWays(asked, name))) expect(said, way).toMatch(says);
    expect(await tables.take()).toEqual(before);
    expect(await previewByAdmin(asked, name)).not.toMatch(says);
  });
});

describe("what is allowed", () => {
  it.each(CASES.filter(({ says }) => says === undefined))("$title", (asked) => expectAllowed(asked, nextName(asked)));
});

/** What each way says against it; "" where it says nothing. */
async function askInAllWays(asked: Asked, name: string): Promise<Record<string, string>> {
  const typed = typedOf(asked);
  const said: Record<string, string> = {};
  if (typed !== null) {
    said["created by typed fields"] = await refusalOf(CREATE, { input: { ...place(asked), name, ...typed } });
    const changed = { id: house.base, providerId: house.providers[asked.provider], ...typed };
    // The name of a secret does not change.
    if (asked.name === undefined) said["changed by typed fields"] = await refusalOf(UPDATE, { input: changed });
  }
  said["created from a manifest"] = await refusalOf(CREATE_FROM_MANIFEST, {
    manifest: manifestOf(asked, name),
    ...inHome(),
  });
  if (asked.name === undefined)
    said["changed by a manifest"] = await refusalOf(UPDATE_FROM_MANIFEST, {
      id: house.base,
      manifest: manifestOf(asked, "base"),
    });
  const adopted = await adoption(asked, name);
  if (adopted !== null) said["adopted"] = adopted;
  return said;
}

const CREATE = "mutation ($input: CreateSecretInput!) { answer: createSecret(input: $input) { id } }";
const UPDATE = "mutation ($input: UpdateSecretInput!) { answer: updateSecret(input: $input) { id } }";
const CREATE_FROM_MANIFEST =
  "mutation ($manifest: String!, $scope: SecretScope!, $projectId: ID) { answer: createSecretFromManifest(manifest: $manifest, scope: $scope, projectId: $projectId) { id } }";
const UPDATE_FROM_MANIFEST =
  "mutation ($id: ID!, $manifest: String!) { answer: updateSecretFromManifest(id: $id, manifest: $manifest) { id } }";
const ADOPT =
  "mutation ($projectId: ID!, $names: [String!]) { answer: adoptExternalSecrets(projectId: $projectId, names: $names) { id } }";
const UNMANAGED = "query ($id: ID!) { project(id: $id) { unmanagedExternalSecrets { name problems } } }";

const inHome = (): Record<string, unknown> => ({ scope: "PROJECT", projectId: house.home });
const place = ({ provider }: Asked): Record<string, unknown> => ({
  ...inHome(),
  providerId: house.providers[provider],
});

function typedOf({ typed, key = "anything" }: Asked): Record<string, unknown> | null {
  return typed === null ? null : { data: [{ secretKey: "a", remoteKey: key }], ...typed };
}

function objectOf({ provider, key = "anything", spec, metadata }: Asked, name: string): JsonObject {
  const kind = provider === "home-vault" ? "SecretStore" : "ClusterSecretStore";
  const store = provider === "existing" ? "made-by-hand" : provider;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made of JSON, and made JSON again
  return JSON.parse(
    JSON.stringify({
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { ...metadata, name, namespace: "home" },
      spec: { secretStoreRef: { name: store, kind }, data: [{ secretKey: "a", remoteRef: { key } }], ...spec },
    }),
  ) as JsonObject;
}

const manifestOf = (asked: Asked, name: string): string => JSON.stringify(objectOf(asked, name));

/** The words of a refusal, all problems of it. */
async function refusalOf(query: string, variables: Record<string, unknown>): Promise<string> {
  const { errors } = await house.member.send(query, variables);
  const [error] = errors;
  expect(error?.extensions.code, error?.message ?? "it was accepted").toBe("BAD_USER_INPUT");
  const problems = error?.extensions.problems ?? [];
  expect(problems.every(({ path }) => path.length > 0)).toBe(true);
  return problems.map(({ message }) => message).join("\n");
}

/** Somebody makes it with kubectl, and the member would take it over. Null: the cluster itself refuses it. */
async function adoption(asked: Asked, name: string): Promise<string | null> {
  const { store } = house.app.cluster();
  try {
    store.create(objectOf(asked, name));
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
  try {
    const { project } = await house.member.ask<{
      project: { unmanagedExternalSecrets: { name: string; problems: string[] }[] };
    }>(UNMANAGED, { id: house.home });
    const shown = project.unmanagedExternalSecrets.find((one) => one.name === name)?.problems ?? [];
    const refused = await refusalOf(ADOPT, { projectId: house.home, names: [name] });
    for (const problem of shown) expect(refused).toContain(problem);
    return shown.join("\n");
  } finally {
    store.delete("externalsecrets", "home", name);
    await eventually(() => store.get("externalsecrets", "home", name) === undefined);
  }
}

/** What an admin is told of the same; the cluster may still refuse it. */
async function previewByAdmin(asked: Asked, name: string): Promise<string> {
  const { preview } = await house.admin.ask<{ preview: { problems: { message: string }[] } }>(
    "query ($manifest: String!, $scope: SecretScope!, $projectId: ID) { preview: previewSecretManifest(manifest: $manifest, scope: $scope, projectId: $projectId) { problems { message } } }",
    { manifest: manifestOf(asked, name), ...inHome() },
  );
  const said = preview.problems.map(({ message }) => message);
  // Of a store's credential they are told; they are not refused.
  return said.filter((message) => !message.includes("takes that credential away")).join("\n");
}

/** It is accepted in all ways; what is made goes again. */
async function expectAllowed(asked: Asked, name: string): Promise<void> {
  const typed = typedOf(asked);
  if (typed !== null) await gone(await made(CREATE, { input: { ...place(asked), name, ...typed } }), name);
  await gone(await made(CREATE_FROM_MANIFEST, { manifest: manifestOf(asked, name), ...inHome() }), name);
  house.app.cluster().store.create(objectOf(asked, name));
  await gone(await made(ADOPT, { projectId: house.home, names: [name] }), name);
}

async function made(query: string, variables: Record<string, unknown>): Promise<string> {
  const { answer } = await house.member.ask<{ answer: { id: string } | { id: string }[] }>(query, variables);
  return Array.isArray(answer) ? (answer[0]?.id ?? "") : answer.id;
}

/** Deletes a secret, and waits until nothing of it is left. */
async function gone(id: string, name: string): Promise<void> {
  await house.member.ask("mutation ($id: ID!) { deleteSecret(id: $id) { id } }", { id });
  await eventually(async () => {
    const { secret } = await house.admin.ask<{ secret: unknown }>("query ($id: ID!) { secret(id: $id) { id } }", {
      id,
    });
    return secret === null && house.app.cluster().store.get("externalsecrets", "home", name) === undefined;
  });
}

describe("providers", () => {
  const CREATE_PROVIDER = "mutation ($input: CreateProviderInput!) { answer: createProvider(input: $input) { id } }";
  const UPDATE_PROVIDER = "mutation ($input: UpdateProviderInput!) { answer: updateProvider(input: $input) { id } }";
  /** One of each kind in the project, to be changed. */
  const own: Record<string, string> = {};

  beforeAll(async () => {
    for (const field of ["vault", "aws", "gcp", "azure"]) {
      const config = PROVIDERS.find((asked) => asked.field === field && asked.paths === undefined)?.config;
      own[field] = (await house.maker.provider(house.home, { vault: null, [field]: config })).id;
    }
  });

  it.each(PROVIDERS)("$title", async ({ field, config, paths }) => {
    const created = { name: house.maker.name("asked"), scope: "PROJECT", projectId: house.home, [field]: config };
    const asked: [string, Record<string, unknown>][] = [
      [CREATE_PROVIDER, created],
      [UPDATE_PROVIDER, { id: own[field], [field]: config }],
    ];
    const before = await tables.take();
    for (const [query, input] of asked) {
      const { data, errors } = await house.member.send(query, { input });
      const [error] = errors;
      if (paths === undefined) {
        expect(errors).toEqual([]);
        const id = idOf(data?.["answer"]);
        await eventually(async () => {
          const { provider } = await house.admin.ask<{ provider: { status: string } }>(
            "query ($id: ID!) { provider(id: $id) { status } }",
            { id },
          );
          return provider.status !== "PENDING";
        });
        if (query === CREATE_PROVIDER) await removed(id);
        continue;
      }
      expect(error?.extensions.code, error?.message ?? "it was accepted").toBe("BAD_USER_INPUT");
      // A field may be wrong in two ways.
      const found = new Set((error?.extensions.problems ?? []).map(({ path }) => path.join(".")));
      expect([...found].sort()).toEqual(paths.map((path) => `${field}.${path}`).sort());
      // What was given is never repeated: people paste credentials.
      expect(error?.message).not.toContain("evil");
    }
    if (paths !== undefined) expect(await tables.take()).toEqual(before);
  });

  it("of the organization are not theirs to make or change", async () => {
    const config = PROVIDERS.find(({ field }) => field === "vault")?.config;
    for (const [query, input] of [
      [CREATE_PROVIDER, { name: "theirs", vault: config }],
      [UPDATE_PROVIDER, { id: house.providers["vault"], projectKeyPrefix: null }],
    ] as const) {
      const { errors } = await house.member.send(query, { input });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
    }
  });

  it("that exist in their namespace may be used as they are, with any key", async () => {
    const name = "by-the-admins";
    house.app.cluster().store.create({
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: { name, namespace: "home" },
      spec: {
        provider: {
          vault: { server: "https://elsewhere.example.org", auth: { tokenSecretRef: { name: "t", key: "k" } } },
        },
      },
    });
    const existingStore = { kind: "VAULT", storeName: name };
    const providerId = await made(CREATE_PROVIDER, { input: { name, ...inHome(), existingStore } });
    const data = [{ secretKey: "a", remoteKey: "../any/key" }];
    await made(CREATE, { input: { name: "from-existing", ...inHome(), providerId, data } });
  });
});

describe("what is there already", () => {
  it("goes on when a prefix is narrowed, and is bound at its next change", async () => {
    const provider = await house.maker.provider(null, { projectKeyPrefix: "{project}/" });
    const data = [{ secretKey: "a", remoteKey: "home/wide" }];
    const id = await made(CREATE, { input: { name: "wide", ...inHome(), providerId: provider.id, data } });
    await house.admin.ask("mutation ($input: UpdateProviderInput!) { updateProvider(input: $input) { id } }", {
      input: { id: provider.id, projectKeyPrefix: "narrow/{project}/" },
    });
    const { store } = house.app.cluster();
    await eventually(() => store.get("externalsecrets", "home", "wide") !== undefined);
    // Fetching again is no change.
    await house.member.ask("mutation ($id: ID!) { syncSecret(id: $id) { id } }", { id });
    for (const change of [{ useCase: "S3" }, { refreshInterval: "2h" }, { data }])
      expect(await refusalOf(UPDATE, { input: { id, ...change } })).toMatch(/keys under narrow\/home\/ only/);
    const narrow = [{ secretKey: "a", remoteKey: "narrow/home/x" }];
    expect(await made(UPDATE, { input: { id, data: narrow } })).toBe(id);
    await gone(id, "wide");
  });

  it("is no member's to change where an admin went beyond what members may, but is to sync and to delete", async () => {
    const asked: Asked = {
      title: "",
      provider: "home-vault",
      spec: { target: { creationPolicy: "Orphan", template: { metadata: { labels: { "x/y": "z" } } } } },
    };
    const { answer } = await house.admin.ask<{ answer: { id: string } }>(CREATE_FROM_MANIFEST, {
      manifest: manifestOf(asked, "by-an-admin"),
      ...inHome(),
    });
    for (const change of [{ useCase: "S3" }, { refreshInterval: "2h" }, { target: { labels: null } }])
      expect(await refusalOf(UPDATE, { input: { id: answer.id, ...change } })).toMatch(/must be OWNER/);
    // The whole result counts: with all of it mended it is theirs to change.
    const mended = { id: answer.id, target: { creationPolicy: "OWNER", labels: null } };
    expect(await made(UPDATE, { input: mended })).toBe(answer.id);
    await house.member.ask("mutation ($id: ID!) { syncSecret(id: $id) { id } }", { id: answer.id });
    await gone(answer.id, "by-an-admin");
  });

  it("cannot be moved to the organization's provider with a key beyond its prefix", async () => {
    const providerId = house.providers["vault"];
    expect(await refusalOf(UPDATE, { input: { id: house.base, providerId } })).toMatch(
      /keys under projects\/home\/ only/,
    );
  });

  it("cannot be put where a store that comes later reads its credential", async () => {
    const data = [{ secretKey: "a", remoteKey: "x" }];
    const providerId = house.providers["home-vault"];
    const id = await made(CREATE, { input: { name: "later-credential", ...inHome(), providerId, data } });
    const config = {
      server: "https://vault.example.com",
      auth: { tokenSecretRef: { name: "later-credential", key: "k" } },
    };
    await house.maker.provider(house.home, { vault: config });
    expect(await refusalOf(UPDATE, { input: { id, refreshInterval: "2h" } })).toMatch(/reads its credential/);
    await gone(id, "later-credential");
  });
});

async function removed(id: string): Promise<void> {
  await house.maker.delete("Provider", id);
  await eventually(async () => {
    const { provider } = await house.admin.ask<{ provider: unknown }>("query ($id: ID!) { provider(id: $id) { id } }", {
      id,
    });
    return provider === null;
  });
}

function idOf(answer: unknown): string {
  if (typeof answer !== "object" || answer === null || !("id" in answer)) throw new Error("nothing was made");
  return String(answer.id);
}

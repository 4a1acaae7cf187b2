import { describe, expect, it } from "vitest";
import type { JsonObject } from "../json.js";
import { type Backend, BackendError, type RemoteRef } from "./backend.js";
import { type Backends, createBackends } from "./backends.js";

const ref = (key: string, more: Partial<RemoteRef> = {}): RemoteRef => ({
  key,
  property: "",
  version: "",
  metadata: false,
  ...more,
});
const VAULT: JsonObject = { server: "https://v", path: "secret", version: "v2" };
const V1: JsonObject = { server: "https://v", path: "kv", version: "v1" };
const AWS: JsonObject = { region: "eu-west-1", prefix: "prod/" };
const GCP: JsonObject = { projectID: "acme" };
const AZURE: JsonObject = { vaultUrl: "https://acme.vault.azure.net" };
const CONFIGS = { vault: VAULT, aws: AWS, gcp: GCP, azure: AZURE } as const;

function failure(act: () => unknown): BackendError {
  try {
    act();
  } catch (error) {
    if (error instanceof BackendError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("keys", () => {
  it.each<[keyof Backends, string, JsonObject, string]>([
    ["vault", "team/db", VAULT, "team/db"],
    ["vault", "team/db", VAULT, "secret/team/db"],
    ["vault", "team/db", VAULT, "secret/data/team/db"],
    ["vault", "data/db", V1, "kv/data/db"],
    ["vault", "data/db", VAULT, "data/db"],
    ["aws", "prod/db", AWS, "db"],
    ["gcp", "db", GCP, "db"],
    ["azure", "db", AZURE, "db"],
    ["azure", "db", AZURE, "secret/db"],
    ["azure", "cert/tls", AZURE, "cert/tls"],
  ])("%s finds %s by what an ExternalSecret calls it", (kind, stored, config, asked) => {
    const backend = createBackends()[kind];
    backend.set(stored, { a: "1" });
    expect(backend.read(config, ref(asked, { property: "a" })).toString()).toBe("1");
  });

  it("azure knows no other types", () => {
    expect(failure(() => createBackends().azure.read(AZURE, ref("blob/x"))).message).toBe(
      "unknown Azure Keyvault object Type for blob/x",
    );
  });
});

describe("values", () => {
  it.each([
    ["", '{"a":{"b.c":"dotted","list":["x",{"y":"z"}]},"n":1,"t":true}'],
    ["n", "1"],
    ["t", "true"],
    ["a.b\\.c", "dotted"],
    ["a.list.0", "x"],
    ["a.list.1.y", "z"],
    ["a.list.#", "2"],
    ["a.list", '["x",{"y":"z"}]'],
  ])("property %j", (property, expected) => {
    const { vault } = createBackends();
    vault.set("db", { n: 1, t: true, a: { list: ["x", { y: "z" }], "b.c": "dotted" } });
    expect(vault.read(VAULT, ref("db", { property })).toString()).toBe(expected);
  });

  it.each<[keyof Backends, string, string]>([
    ["vault", "1", "old"],
    ["vault", "2", "new"],
    ["vault", "", "new"],
    ["gcp", "1", "old"],
    ["gcp", "latest", "new"],
    ["aws", "AWSPREVIOUS", "old"],
    ["aws", "AWSCURRENT", "new"],
    ["aws", "uuid/first", "old"],
    ["azure", "first", "old"],
    ["azure", "", "new"],
  ])("%s has version %j", (kind, version, expected) => {
    const backend = createBackends()[kind];
    const key = kind === "aws" ? "prod/db" : "db";
    backend.set(key, { a: "old" }, kind === "aws" || kind === "azure" ? { version: "first" } : {});
    backend.set(key, { a: "new" });
    expect(backend.read(CONFIGS[kind], ref("db", { version, property: "a" })).toString()).toBe(expected);
  });

  it("plain text is text, but a map in Vault", () => {
    const { gcp, vault } = createBackends();
    gcp.set("db", "plain");
    vault.set("db", "plain");
    expect([gcp.read(GCP, ref("db")).toString(), vault.read(VAULT, ref("db")).toString()]).toEqual([
      "plain",
      '{"value":"plain"}',
    ]);
    expect(failure(() => gcp.readMap(GCP, ref("db"))).message).toMatch(/unmarshal/u);
  });

  it("extract gives each property", () => {
    const { azure } = createBackends();
    azure.set("db", '{"a":"1","b":{"c":2}}');
    expect([...azure.readMap(AZURE, ref("db"))].map(([key, value]) => [key, value.toString()])).toEqual([
      ["a", "1"],
      ["b", '{"c":2}'],
    ]);
  });

  it("Vault's find in a folder that holds nothing is a missing secret, and among other names nothing", () => {
    const { vault } = createBackends();
    vault.set("team/db", "x");
    const find = (path: string) => vault.find(VAULT, { path, nameRegExp: "none", tags: {} });
    expect(failure(() => find("other"))).toMatchObject({ noSecret: true, prefix: "error getting all secrets: " });
    expect(failure(() => find("te")).noSecret).toBe(true);
    expect(find("team").size).toBe(0);
  });

  it("find goes by name, path and tags", () => {
    const { vault, aws } = createBackends();
    vault.set("team/db", { a: "1" }, { tags: { tier: "gold" } });
    vault.set("team/cache", { a: "2" });
    vault.set("teammate/db", { a: "3" });
    const found = (wanted: { path?: string; nameRegExp?: string; tags?: Record<string, string> }): string[] => [
      ...vault.find(VAULT, { path: "", nameRegExp: undefined, tags: {}, ...wanted }).keys(),
    ];
    expect(found({ path: "team" })).toEqual(["team/cache", "team/db"]);
    expect(found({ nameRegExp: "/db$" })).toEqual(["team/db", "teammate/db"]);
    expect(found({ tags: { tier: "gold" } })).toEqual(["team/db"]);
    aws.set("prod/db", "x");
    expect([...aws.find(AWS, { path: "prod/d", nameRegExp: ".*", tags: {} }).keys()]).toEqual(["prod/db"]);
    expect(failure(() => aws.find(AWS, { path: "", nameRegExp: "(", tags: {} })).message).toMatch(/could not compile/u);
  });

  it("are there again after a restart", () => {
    const { vault } = createBackends();
    vault.set("db", { a: "1" }, { version: "v", tags: { t: "1" } });
    const again = createBackends().vault;
    again.restore(vault.dump());
    expect([again.keys(), again.dump()]).toEqual([["db"], vault.dump()]);
  });
});

describe("what backends say", () => {
  const say = (act: (backend: Backend) => void, kind: keyof Backends): BackendError => {
    const backend = createBackends()[kind];
    backend.set(kind === "aws" ? "prod/db" : "db", { a: "1" });
    act(backend);
    return failure(() => backend.read(CONFIGS[kind], ref("db", { property: "none" })));
  };
  it.each<[string, (backend: Backend) => void, Record<keyof Backends, RegExp>]>([
    [
      "a key that is gone",
      (backend) => backend.keys().forEach((key) => backend.delete(key)),
      {
        vault: /no secret at https:\/\/v\/v1\/secret\/data\/db/u,
        aws: /^ResourceNotFoundException: Secrets Manager can't find the specified secret\.$/u,
        gcp: /^rpc error: code = NotFound desc = Secret \[projects\/acme\/secrets\/db\] not found or has no versions\.$/u,
        azure: /SecretNotFound/u,
      },
    ],
    [
      "a missing property",
      () => {},
      {
        vault: /^cannot find secret data for key: "none"$/u,
        aws: /^key none does not exist in secret db$/u,
        gcp: /^key none does not exist in secret db$/u,
        azure: /^property none does not exist in key db$/u,
      },
    ],
    [
      "being denied",
      (backend) => backend.denied(true),
      {
        vault: /Code: 403\. Errors:\n\n.*\n.*permission denied/u,
        aws: /AccessDeniedException/u,
        gcp: /PermissionDenied/u,
        azure: /Status=403 Code="Forbidden"/u,
      },
    ],
    [
      "being away",
      (backend) => backend.away(true),
      {
        vault: /connection refused/u,
        aws: /exceeded maximum number of attempts/u,
        gcp: /code = Unavailable/u,
        azure: /connection refused/u,
      },
    ],
  ])("to %s", (_what, act, expected) => {
    for (const kind of ["vault", "aws", "gcp", "azure"] as const) {
      const error = say(act, kind);
      expect(error.message).toMatch(expected[kind]);
      expect(error.noSecret).toBe(_what === "a key that is gone");
    }
  });

  it("to the validation of a store: refused credentials in each, being away in Vault alone", () => {
    for (const kind of ["vault", "aws", "gcp", "azure"] as const) {
      const backend = createBackends()[kind];
      backend.validate(CONFIGS[kind]);
      backend.away(true);
      if (kind === "vault") failure(() => backend.validate(CONFIGS[kind]));
      else backend.validate(CONFIGS[kind]);
      backend.away(false);
      backend.denied(true);
      failure(() => backend.validate(CONFIGS[kind]));
    }
  });
});

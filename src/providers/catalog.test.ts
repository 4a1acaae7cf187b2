import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../domain/json.js";
import type { ProviderKind } from "../domain/kinds.js";
import { PROVIDER_EXAMPLES } from "../domain/provider-examples.js";
import { catalog, pathsOf, replaced, told, validate, without } from "./testing/support.js";

const named = PROVIDER_EXAMPLES.map((example) => ({ ...example, title: `${example.kind} ${example.method}` }));

const NULLS: Record<ProviderKind, JsonObject> = {
  VAULT: { path: null, version: null, namespace: null, caBundle: null },
  AWS_SECRETS_MANAGER: { role: null, prefix: null, auth: null },
  GCP_SECRET_MANAGER: { location: null, auth: null },
  AZURE_KEY_VAULT: { environmentType: null, identityId: null, auth: null },
};

describe.each(named)("$title", ({ kind, input }) => {
  const references = pathsOf(input).filter((path) => path.at(-1) === "namespace");

  it("is accepted for the organization", () => {
    expect(validate(kind, input).problems).toEqual([]);
  });

  it("is stored as it will be read again", () => {
    const { config } = validate(kind, input);
    expect(config).not.toBeNull();
    expect(validate(kind, config ?? {}).config).toEqual(config);
  });

  it("is accepted for a project without namespaces", () => {
    expect(validate(kind, without("namespace", input), { scope: "PROJECT" }).problems).toEqual([]);
  });

  it("is refused for a project at every namespace of a reference", () => {
    const { problems } = validate(kind, input, { scope: "PROJECT" });
    expect(problems.map(({ path }) => path)).toEqual(references);
  });

  it("is refused for the organization at every reference without a namespace", () => {
    const { problems } = validate(kind, without("namespace", input));
    expect(problems).toEqual(references.map((path) => ({ path, message: "This is needed." })));
  });

  it("takes null for what is left out", () => {
    const { config } = validate(kind, input);
    expect(validate(kind, { ...NULLS[kind], ...input }).config).toEqual(config);
  });

  it("refuses an unknown field in every object, naming the known ones", () => {
    const objects = [[], ...pathsOf(input).filter((path) => path.at(-1) !== undefined && isObjectAt(input, path))];
    for (const path of objects) {
      const { problems } = validate(kind, replaced(input, [...path, "token"], "hvs.pasted"));
      expect(problems.map((problem) => problem.path)).toEqual([[...path, "token"]]);
      expect(problems[0]?.message).toMatch(/^This is not a field that is known here; known are \w+/);
    }
  });

  it("never quotes a value that it refuses", () => {
    const pasted = "hvs.CAESIPastedByMistake\u0007";
    const wrong: Json[] = [pasted, { [pasted]: pasted }, { credential: pasted }, [pasted], 7, true];
    for (const path of pathsOf(input)) {
      for (const value of wrong) {
        const { problems } = validate(kind, replaced(input, path, value));
        expect(problems.length).toBeGreaterThan(0);
        expect(JSON.stringify(problems)).not.toContain("PastedByMistake");
      }
    }
  });
});

function isObjectAt(value: Json, path: readonly string[]): boolean {
  let at: Json | undefined = value;
  for (const name of path) at = typeof at === "object" && at !== null && !Array.isArray(at) ? at[name] : undefined;
  return typeof at === "object" && at !== null && !Array.isArray(at);
}

describe("validate", () => {
  it("tells all problems at once", () => {
    const { problems } = validate("VAULT", {
      server: "ftp://vault",
      path: "/secret/",
      version: "v3",
      auth: { appRole: { secretRef: { name: "Upper", key: "a b" } }, token: "hvs.pasted" },
    });
    expect(told(problems)).toEqual([
      "server: must be an address such as https://vault.example.com:8200.",
      expect.stringMatching(/^path: must be a mount point/),
      "version: must be one of v1, v2.",
      expect.stringMatching(
        /^auth\.token: is not a field that is known here; known are namespace, tokenSecretRef, .*never given here/,
      ),
      expect.stringMatching(/^auth\.appRole\.secretRef\.name: must be the name of a Secret/),
      "auth.appRole.secretRef.namespace: is needed.",
      expect.stringMatching(/^auth\.appRole\.secretRef\.key: must be the name of an entry/),
      "auth.appRole: needs exactly one of roleId, roleRef.",
    ]);
  });

  it("knows no field by way of the prototype", () => {
    const auth: JsonObject = { tokenSecretRef: { name: "a", namespace: "b", key: "c" }, constructor: 1 };
    Object.defineProperty(auth, "__proto__", { value: {}, enumerable: true });
    const { problems } = validate("VAULT", { server: "https://vault.example.com", auth });
    expect(problems.map(({ path }) => path.join("."))).toEqual(["auth.constructor", "auth.__proto__"]);
  });

  it("counts unknown fields beyond twenty and does not show long names", () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`x${n}`, n]));
    const { problems } = validate("AWS_SECRETS_MANAGER", { region: "eu-central-1", ...many });
    expect(problems).toHaveLength(21);
    expect(problems[20]).toEqual({ path: [], message: "This has 10 more fields that are not known here." });
    const long = validate("AWS_SECRETS_MANAGER", { region: "eu-central-1", ["s".repeat(41)]: 1 });
    expect(long.problems[0]?.path).toEqual(["(unknown)"]);
  });

  it("renders whatever it accepts, and the same each time", () => {
    const values: fc.Arbitrary<Json | undefined> = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.constantFrom(
        "x",
        "a/b",
        "v1",
        "v2",
        "ServicePrincipal",
        "ManagedIdentity",
        "WorkloadIdentity",
        "http://127.0.0.1:8200/",
      ),
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.integer({ min: 0, max: 1000 }),
      fc.constant({}),
      fc.constant({ name: "other", namespace: "platform", key: "k" }),
    );
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...PROVIDER_EXAMPLES),
        fc.array(fc.tuple(fc.nat(), values), { maxLength: 2 }),
        (example, changes) => {
          let input = example.input;
          for (const [n, value] of changes) {
            const paths = pathsOf(input);
            input = replaced(input, paths[n % paths.length] ?? [], value);
          }
          const { config, problems } = validate(example.kind, input);
          expect(config === null).toBe(problems.length > 0);
          if (config === null) return;
          accepted += 1;
          const spec = catalog.renderStoreSpec(example.kind, config, "ORGANIZATION");
          expect(JSON.stringify(catalog.renderStoreSpec(example.kind, config, "ORGANIZATION"))).toBe(
            JSON.stringify(spec),
          );
          const again = validate(example.kind, config);
          expect(again.config).toEqual(config);
          expect(catalog.renderStoreSpec(example.kind, again.config ?? {}, "ORGANIZATION")).toEqual(spec);
          expect(JSON.stringify(spec)).not.toContain("null");
        },
      ),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });
});

describe("credentialSecretNames", () => {
  it.each([
    ["VAULT appRole", ["vault-approle"]],
    ["VAULT kubernetes", []],
    ["VAULT cert", ["vault-client"]],
    ["VAULT iam", ["aws-reader"]],
    ["GCP_SECRET_MANAGER secretRef", ["google-reader"]],
    ["AZURE_KEY_VAULT ServicePrincipal with a certificate", ["azure-reader"]],
  ])("%s", (title, names) => {
    const example = named.find((candidate) => candidate.title === title);
    expect(example).toBeDefined();
    if (example === undefined) return;
    const { config } = validate(example.kind, example.input);
    expect(catalog.credentialSecretNames(example.kind, config ?? {})).toEqual(names);
  });

  it("names each once, sorted, and no ConfigMap", () => {
    const at = (name: string): Json => ({ name, key: "k" });
    const secretRef = {
      accessKeyIDSecretRef: at("b"),
      secretAccessKeySecretRef: at("a"),
      sessionTokenSecretRef: at("b"),
    };
    expect(catalog.credentialSecretNames("AWS_SECRETS_MANAGER", { auth: { secretRef } })).toEqual(["a", "b"]);
    const federation = { credConfig: at("config") };
    const auth = { workloadIdentityFederation: federation };
    expect(catalog.credentialSecretNames("GCP_SECRET_MANAGER", { auth })).toEqual([]);
  });
});

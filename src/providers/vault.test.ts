import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../domain/json.js";
import { catalog, CERTIFICATE, containing, told, validate } from "./testing/support.js";

const token: JsonObject = { name: "vault-token", namespace: "platform", key: "token" };
const account: JsonObject = { name: "reader", namespace: "platform" };
const good: JsonObject = { server: "https://vault.example.com:8200", auth: { tokenSecretRef: token } };
const problemsOf = (changes: JsonObject): string[] => told(validate("VAULT", { ...good, ...changes }).problems);
const problemsOfAuth = (auth: Json): string[] => problemsOf({ auth });

describe("a Vault provider", () => {
  it("is rendered with every default", () => {
    const { config } = validate("VAULT", {
      ...good,
      path: "kv",
      auth: { kubernetes: { role: "reader", secretRef: { name: "jwt", namespace: "platform" } } },
    });
    expect(catalog.renderStoreSpec("VAULT", config ?? {}, "ORGANIZATION")).toEqual({
      provider: {
        vault: {
          server: "https://vault.example.com:8200",
          path: "kv",
          version: "v2",
          tls: {},
          auth: {
            kubernetes: {
              mountPath: "kubernetes",
              role: "reader",
              secretRef: { name: "jwt", namespace: "platform", key: "token" },
            },
          },
        },
      },
    });
  });

  it.each([
    ["appRole", { roleId: "r", secretRef: token }, "path", "approle"],
    ["kubernetes", { role: "r", serviceAccountRef: account }, "mountPath", "kubernetes"],
    ["ldap", { username: "u", secretRef: token }, "path", "ldap"],
    ["userPass", { username: "u", secretRef: token }, "path", "userpass"],
    ["jwt", { secretRef: token }, "path", "jwt"],
    ["gcp", { role: "r" }, "path", "gcp"],
  ])("%s is mounted where the operator's CRD says by default", (method, settings, name, value) => {
    expect(validate("VAULT", { ...good, auth: { [method]: settings } }).config?.["auth"]).toMatchObject({
      [method]: { [name]: value },
    });
  });

  it("leaves the default of cert.path, which older CRDs don't know, to the CRD", () => {
    const { config } = validate("VAULT", { ...good, auth: { cert: { clientCert: token, secretRef: token } } });
    expect(config?.["auth"]).toEqual({ cert: { clientCert: token, secretRef: token } });
    expect(JSON.stringify(catalog.renderStoreSpec("VAULT", config ?? {}, "ORGANIZATION"))).not.toContain(
      '"path":"cert"',
    );
  });

  it.each<[Json, string]>([
    [{}, "auth: needs exactly one of tokenSecretRef, appRole, kubernetes, ldap, userPass, jwt, cert, iam, gcp."],
    [null, "auth: is needed."],
    ["hvs.x", "auth: must be an object with namespace, tokenSecretRef,"],
    [{ namespace: "team" }, "auth: needs exactly one of"],
    [{ tokenSecretRef: token, cert: { clientCert: token, secretRef: token } }, "auth: may have only one of"],
    [
      { tokenSecretRef: "hvs.x" },
      "auth.tokenSecretRef: must be an object with name, namespace, key: a reference to the Secret",
    ],
    [{ tokenSecretRef: { name: "a", namespace: "b" } }, "auth.tokenSecretRef.key: is needed."],
    [{ tokenSecretRef: { ...token, name: "a..b" } }, "auth.tokenSecretRef.name: must be the name of a Secret"],
    [
      { tokenSecretRef: { ...token, namespace: "a.b" } },
      "auth.tokenSecretRef.namespace: must be the namespace of a Secret",
    ],
    [{ tokenSecretRef: { ...token, key: "a/b" } }, "auth.tokenSecretRef.key: must be the name of an entry in a Secret"],
    [
      { tokenSecretRef: { ...token, optional: true } },
      "auth.tokenSecretRef.optional: is not a field that is known here",
    ],
    [
      { appRole: { roleId: "r", roleRef: token, secretRef: token } },
      "auth.appRole: may have only one of roleId, roleRef",
    ],
    [{ appRole: { roleId: "r" } }, "auth.appRole.secretRef: is needed."],
    [{ appRole: { roleId: "r", secretRef: token, path: "/approle" } }, "auth.appRole.path: must be a mount point"],
    [{ kubernetes: { serviceAccountRef: account } }, "auth.kubernetes.role: is needed."],
    [
      { kubernetes: { role: "r", serviceAccountRef: account, secretRef: token } },
      "auth.kubernetes: may have only one of",
    ],
    [{ ldap: { secretRef: token } }, "auth.ldap.username: is needed."],
    [{ userPass: { username: "u" } }, "auth.userPass.secretRef: is needed."],
    [
      { userPass: { username: "u", password: "x", secretRef: token } },
      "auth.userPass.password: is not a field that is known here",
    ],
    [{ jwt: { role: "r" } }, "auth.jwt: needs exactly one of secretRef, kubernetesServiceAccountToken."],
    [
      { jwt: { kubernetesServiceAccountToken: {} } },
      "auth.jwt.kubernetesServiceAccountToken.serviceAccountRef: is needed.",
    ],
    [
      { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: account, expirationSeconds: 599 } } },
      "auth.jwt.kubernetesServiceAccountToken.expirationSeconds: must be a whole number from 600 to 86400.",
    ],
    [
      { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { ...account, audiences: [] } } } },
      "auth.jwt.kubernetesServiceAccountToken.serviceAccountRef.audiences: must be a list of 1 to 20 texts",
    ],
    [{ cert: { secretRef: token } }, "auth.cert.clientCert: is needed."],
    [{ iam: { secretRef: { accessKeyIDSecretRef: token } } }, "auth.iam.vaultRole: is needed."],
    [{ iam: { vaultRole: "r", region: "eu.evil" } }, "auth.iam.region: must be an AWS region"],
    [{ iam: { vaultRole: "r", jwt: {} } }, "auth.iam.jwt.serviceAccountRef: is needed."],
    [{ gcp: { role: "r", secretRef: {} } }, "auth.gcp.secretRef.secretAccessKeySecretRef: is needed."],
    [
      { gcp: { role: "r", serviceAccountRef: account, workloadIdentity: { serviceAccountRef: account } } },
      "auth.gcp: may have only one of",
    ],
  ])("refuses auth %j", (auth, beginning) => {
    const problems = problemsOfAuth(auth);
    expect(problems.filter((problem) => problem.startsWith(beginning))).toHaveLength(1);
  });

  it.each<[JsonObject, string]>([
    [{ server: null }, "server: is needed."],
    [{ server: "" }, "server: must not be empty"],
    [{ server: 7 }, "server: must be text"],
    [{ path: "a//b" }, "path: must be a mount point"],
    [{ path: "secret/" }, "path: must be a mount point"],
    [{ path: "../sys" }, "path: must be a mount point"],
    [{ path: "a/./b" }, "path: must be a mount point"],
    [{ path: "a?b" }, "path: must be a mount point"],
    [{ path: "a".repeat(513) }, "path: must not be longer than 512 characters."],
    [{ version: "2" }, "version: must be one of v1, v2."],
    [{ namespace: "a b" }, "namespace: must be a namespace of Vault"],
    [
      { auth: { userPass: { username: "u\u0000", secretRef: token } } },
      "auth.userPass.username: must not have control characters.",
    ],
    [
      { caProvider: {} },
      "caProvider: is not a field that is known here; known are server, path, version, namespace, caBundle, auth.",
    ],
    [{ caBundle: "-----BEGIN CERTIFICATE-----" }, "caBundle: must be the base64 form"],
    [{ caBundle: "AAAA" }, "caBundle: must be the base64 form"],
    [
      { caBundle: btoa("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n") },
      "caBundle: must hold certificates only",
    ],
    [
      { caBundle: btoa("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") },
      "caBundle: cannot be read: certificate number 1",
    ],
    [{ caBundle: btoa(atob(CERTIFICATE).repeat(51)).slice(0, 65_536) }, "caBundle: must hold at most 50 certificates."],
    [{ caBundle: "A".repeat(65_537) }, "caBundle: must not be longer than"],
  ])("refuses %j", (changes, beginning) => {
    expect(problemsOf(changes)).toEqual([containing(beginning)]);
  });

  it("takes a bundle of certificates, however its base64 is wrapped", () => {
    const two = btoa(atob(CERTIFICATE).repeat(2));
    const wrapped = two.replaceAll(/.{64}/g, "$&\n").replace(/=+$/, "");
    expect(validate("VAULT", { ...good, caBundle: wrapped }).config?.["caBundle"]).toBe(two);
  });
});

describe("a project's own Vault provider, sent by a member", () => {
  const secret: JsonObject = { name: "vault-token", key: "token" };
  const circumstances = { scope: "PROJECT", byMember: true, memberProviderHosts: ["vault.example.com"] } as const;
  const byMember = (changes: JsonObject): string[] =>
    told(validate("VAULT", { server: "https://vault.example.com", ...changes }, circumstances).problems);

  it.each<[string, JsonObject]>([
    ["tokenSecretRef", secret],
    ["appRole", { roleId: "r", secretRef: secret }],
    ["kubernetes", { role: "r", secretRef: secret }],
    ["ldap", { username: "u", secretRef: secret }],
    ["userPass", { username: "u", secretRef: secret }],
    ["jwt", { secretRef: secret }],
    ["cert", { clientCert: secret, secretRef: secret }],
  ])("may sign in by %s with a Secret", (method, settings) => {
    expect(byMember({ auth: { [method]: settings } })).toEqual([]);
  });

  it.each<[JsonObject, string]>([
    [
      { kubernetes: { role: "r" } },
      "auth.kubernetes: needs a Secret: without one the operator would sign in as itself.",
    ],
    [
      { kubernetes: { role: "r", serviceAccountRef: { name: "a" } } },
      "auth.kubernetes.serviceAccountRef: must not be a service account:",
    ],
    [
      { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: "a" } } } },
      "auth.jwt.kubernetesServiceAccountToken.serviceAccountRef: must not be a service account:",
    ],
    [{ iam: { vaultRole: "r", secretRef: {} } }, "auth.iam: is for platform admins only:"],
    [{ gcp: { role: "r" } }, "auth.gcp: is for platform admins only:"],
    [{ tokenSecretRef: { ...secret, namespace: "other" } }, "auth.tokenSecretRef.namespace: must be left out:"],
  ])("may not sign in with %j", (auth, beginning) => {
    expect(byMember({ auth })).toEqual([containing(beginning)]);
  });

  it("must be at an allowed host, by https", () => {
    const auth = { tokenSecretRef: secret };
    expect(byMember({ auth, server: "https://vault.example.com.evil.test" })).toEqual([
      "server: must be at a host that is allowed for projects' own providers: vault.example.com.",
    ]);
    expect(byMember({ auth, server: "http://vault.example.com" })).toEqual(["server: must begin with https://."]);
  });
});

describe("the effective key of Vault", () => {
  it.each([
    [{ path: "secret" }, "projects/a/x", "projects/a/x"],
    [{ path: "secret" }, "secret/projects/a/x", "projects/a/x"],
    [{ path: "secret" }, "secret/data/projects/a/x", "projects/a/x"],
    [{ path: "secret" }, "data/projects/a/x", "data/projects/a/x"],
    [{ path: "secret" }, "secret/secret/x", "secret/x"],
    [{ path: "secret" }, "secret/data/data/x", "data/x"],
    [{ path: "secret" }, "secretive/x", "secretive/x"],
    [{ path: "secret", version: "v1" }, "secret/data/x", "data/x"],
    [{ path: "team/kv" }, "team/kv/data/x", "x"],
    // The mount and the prefix for members begin alike, and a neighbour's key hides behind a project named "data".
    [{ path: "projects" }, "projects/data/neighbour/x", "neighbour/x"],
    [{}, "secret/projects/a/x", "secret/projects/a/x"],
    [{}, "secret/data/projects/a/x", "secret/projects/a/x"],
    [{}, "secret/data", "secret/data"],
    [{ version: "v1" }, "secret/data/x", "secret/data/x"],
  ])("with %j: %s is %s", (settings, key, effective) => {
    expect(catalog.effectiveKey("VAULT", { version: "v2", ...settings }, key)).toBe(effective);
  });

  it("of an existing store is the key, and never under a prefix where the store might strip it", () => {
    expect(catalog.effectiveKey("VAULT", null, "projects/a/x")).toBe("projects/a/x");
    expect(catalog.effectiveKey("VAULT", null, "data/a")).toBe("data/a");
    expect(catalog.effectiveKey("VAULT", null, "projects/data/b/x")).toBe("");
  });
});

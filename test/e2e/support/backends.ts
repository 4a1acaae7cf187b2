import { readFileSync } from "node:fs";
import { request } from "node:https";
import { inject } from "vitest";
import type { JsonObject } from "../../../src/domain/json.js";
import { RigControl } from "./control.js";
import type { E2eEnvironment } from "./environment.js";
import { mustAnswer } from "./must-answer.js";
import { isObject, type RawCluster, textOf } from "./raw-cluster.js";
import { vaultAdmin } from "./vault-admin.js";

/** Where the admins' credentials stand. */
export const CREDENTIALS = "secretariat-e2e-credentials";

/** A backend as its own admins know it: filled, revoked, taken away and brought back. */
export interface TestBackend {
  kind: "VAULT" | "AWS_SECRETS_MANAGER" | "GCP_SECRET_MANAGER" | "AZURE_KEY_VAULT";
  /** What stands for it here, for the names of tests. */
  standsFor: string;
  /** A key's form: not every backend knows slashes. */
  key(name: string): string;
  /** A pattern of names for `find`, over keys that begin so. */
  pattern(prefix: string): JsonObject;
  /** Writes a value. @returns the version that it is now, as a spec names it */
  put(key: string, value: JsonObject): Promise<string>;
  /** Writes a new value with tags, labels or custom metadata, as the backend calls them. */
  putTagged(key: string, value: JsonObject, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Puts a good credential into the cluster. */
  authorize(cluster: RawCluster): Promise<void>;
  /** The input of createProvider. */
  provider(): Record<string, unknown>;
  /** The credential is good no more; null where nothing here can do that. */
  revoke: ((cluster: RawCluster) => Promise<void>) | null;
  /** It is gone from the network, or answers nothing but errors; null where nothing here can do that. */
  away: (() => Promise<void>) | null;
  /** Whoever gives out its tokens answers nothing but errors, and what the operator says of that; null where nothing here can do that. */
  signInAway: { make(): Promise<void>; cause: RegExp } | null;
  back(): Promise<void>;
  /** What the operator says of a key that isn't there, of the revoked credential, of the absence. */
  causes: { missing: RegExp; revoked: RegExp; away: RegExp };
  /** How long the operator's client for it tries again by itself before the operator says so, milliseconds. */
  stubbornness: number;
}

/** The backends that are there. */
export function testBackends(): TestBackend[] {
  const environment = inject("e2e");
  const { aws, standin } = environment;
  return [
    vaultBackend(environment),
    ...(aws === null ? [] : [awsBackend(environment, aws.endpoint)]),
    ...(standin === null ? [] : [googleBackend(standin), azureBackend(standin)]),
  ];
}

const reference = (name: string, key: string) => ({ name, namespace: CREDENTIALS, key });

async function putCredential(cluster: RawCluster, name: string, data: Record<string, string>): Promise<void> {
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: CREDENTIALS } });
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  );
  await cluster.apply({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace: CREDENTIALS }, data: encoded });
}

export function vaultBackend({ vault, control }: Pick<E2eEnvironment, "vault" | "control">): TestBackend {
  const ask = vaultAdmin(vault);
  let token = "";
  const rig = control === null ? null : new RigControl(control);
  return {
    kind: "VAULT",
    standsFor: "OpenBao",
    key: (name) => name,
    pattern: (prefix) => ({ nameRegExp: `^${prefix}` }),
    async put(key, value) {
      const { data } = await ask("POST", `secret/data/${key}`, { data: value });
      return textOf(isObject(data) ? data["version"] : "");
    },
    async putTagged(key, value, tags) {
      await this.put(key, value);
      await ask("POST", `secret/metadata/${key}`, { custom_metadata: { ...tags } });
    },
    async authorize(cluster) {
      await ask("PUT", "sys/policies/acl/e2e-reader", {
        policy: 'path "secret/*" { capabilities = ["read", "list"] }',
      });
      const { auth } = await ask("POST", "auth/token/create", { policies: ["e2e-reader"] });
      token = textOf(isObject(auth) ? auth["client_token"] : "");
      await putCredential(cluster, "vault", { token });
    },
    provider: () => ({
      vault: {
        server: vault.address,
        path: "secret",
        version: "v2",
        auth: { tokenSecretRef: reference("vault", "token") },
      },
    }),
    async revoke() {
      await ask("POST", "auth/token/revoke", { token });
    },
    away: rig === null ? null : () => rig.front("openbao", "away"),
    signInAway: null,
    async back() {
      await rig?.front("openbao", "none");
    },
    causes: { missing: /Secret does not exist/u, revoked: /permission denied/u, away: /connection refused/u },
    stubbornness: 30_000,
  };
}

function awsBackend({ control }: E2eEnvironment, endpoint: string): TestBackend {
  const ask = async (action: string, body: JsonObject): Promise<Response> =>
    fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `secretsmanager.${action}`,
        authorization:
          "AWS4-HMAC-SHA256 Credential=rig/20260101/eu-west-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0",
      },
      body: JSON.stringify(body),
    });
  const rig = control === null ? null : new RigControl(control);
  return {
    kind: "AWS_SECRETS_MANAGER",
    standsFor: "moto",
    key: (name) => name,
    pattern: (prefix) => ({ nameRegExp: `^${prefix}` }),
    async put(key, value) {
      const token = crypto.randomUUID();
      const content = { SecretString: JSON.stringify(value), ClientRequestToken: token };
      const created = await ask("CreateSecret", { Name: key, ...content });
      if (!created.ok) await mustAnswer(await ask("PutSecretValue", { SecretId: key, ...content }));
      return `uuid/${token}`;
    },
    async putTagged(key, value, tags) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const ClientRequestToken = crypto.randomUUID();
      await mustAnswer(
        await ask("CreateSecret", { Name: key, SecretString: JSON.stringify(value), ClientRequestToken, Tags }),
      );
    },
    authorize: (cluster) => putCredential(cluster, "aws", { id: "rig", key: "rig" }),
    provider: () => ({
      aws: {
        region: "eu-west-1",
        auth: {
          secretRef: {
            accessKeyIDSecretRef: reference("aws", "id"),
            secretAccessKeySecretRef: reference("aws", "key"),
          },
        },
      },
    }),
    revoke: rig === null ? null : () => rig.front("moto", "denied"),
    away: rig === null ? null : () => rig.front("moto", "away"),
    signInAway: null,
    async back() {
      await rig?.front("moto", "none");
    },
    causes: {
      missing: /Secret does not exist|ResourceNotFoundException/u,
      revoked: /security token included in the request is invalid/u,
      away: /connection refused/u,
    },
    stubbornness: 30_000,
  };
}

function googleBackend({ proxy, googleServiceAccount }: NonNullable<E2eEnvironment["standin"]>): TestBackend {
  const fault = async (mode: string): Promise<void> => {
    await mustAnswer(await fetch(`${proxy}/fault/gcp`, { method: "PUT", body: mode }));
  };
  const versions = new Map<string, number>();
  return {
    kind: "GCP_SECRET_MANAGER",
    standsFor: "a stand-in for Google Secret Manager",
    key: (name) => name.replaceAll("/", "_"),
    pattern: (prefix) => ({ nameRegExp: `^${prefix}` }),
    async put(key, value) {
      await mustAnswer(await fetch(`${proxy}/gcp/team-a/${key}`, { method: "PUT", body: JSON.stringify(value) }));
      const version = (versions.get(key) ?? 0) + 1;
      versions.set(key, version);
      return textOf(version);
    },
    async putTagged(key, value, tags) {
      const query = new URLSearchParams(tags).toString();
      await mustAnswer(
        await fetch(`${proxy}/gcp/team-a/${key}?${query}`, { method: "PUT", body: JSON.stringify(value) }),
      );
    },
    authorize: (cluster) => putCredential(cluster, "gcp", { "key.json": readFileSync(googleServiceAccount, "utf8") }),
    provider: () => ({
      gcp: { projectId: "team-a", auth: { secretRef: { secretAccessKeySecretRef: reference("gcp", "key.json") } } },
    }),
    revoke: () => fault("denied"),
    away: () => fault("away"),
    signInAway: null,
    back: () => fault("none"),
    causes: {
      missing: /Secret does not exist|NotFound/u,
      revoked: /PermissionDenied.*secretmanager\.versions\.access/u,
      // Google's client waits until its time is over, and then tells that alone.
      away: /context deadline exceeded|service is currently unavailable/u,
    },
    stubbornness: 120_000,
  };
}

export const TENANT = "11111111-1111-1111-1111-111111111111";

function azureBackend({ proxy, azure, ca }: NonNullable<E2eEnvironment["standin"]>): TestBackend {
  const fault = async (mode: string): Promise<void> => {
    await mustAnswer(await fetch(`${proxy}/fault/azure`, { method: "PUT", body: mode }));
  };
  return {
    kind: "AZURE_KEY_VAULT",
    standsFor: "a stand-in for Azure Key Vault",
    key: (name) => name.replaceAll("/", "-"),
    pattern: (prefix) => ({ nameRegExp: `^${prefix}` }),
    async put(key, value) {
      await mustAnswer(await fetch(`${proxy}/azure/team-a/${key}`, { method: "PUT", body: JSON.stringify(value) }));
      return azureVersion(azure, ca, key);
    },
    async putTagged(key, value, tags) {
      const query = new URLSearchParams(tags).toString();
      await mustAnswer(
        await fetch(`${proxy}/azure/team-a/${key}?${query}`, { method: "PUT", body: JSON.stringify(value) }),
      );
    },
    authorize: (cluster) => putCredential(cluster, "azure", { id: "e2e", secret: "good" }),
    provider: () => ({
      azure: {
        vaultUrl: "https://team-a.vault.azure.net",
        tenantId: TENANT,
        authType: "ServicePrincipal",
        auth: { authSecretRef: { clientId: reference("azure", "id"), clientSecret: reference("azure", "secret") } },
      },
    }),
    // The stand-in refuses the client secret "wrong", as Entra ID does one that was taken back.
    revoke: (cluster) => putCredential(cluster, "azure", { id: "e2e", secret: "wrong" }),
    away: () => fault("away"),
    signInAway: { make: () => fault("signin-away"), cause: /AADSTS90033/u },
    back: () => fault("none"),
    causes: {
      missing: /Secret does not exist|SecretNotFound/u,
      revoked: /AADSTS7000215/u,
      away: /ServiceUnavailable|currently unavailable/u,
    },
    // Whether answered with 503 or refused the connection, Azure's client tries for minutes: 482 s were seen, both ways.
    stubbornness: 600_000,
  };
}

/** The id of the newest version, by Key Vault's own API: the stand-in's admin port doesn't tell it. */
async function azureVersion(azure: string, ca: string, key: string): Promise<string> {
  const authority = readFileSync(ca, "utf8");
  const ask = (host: string, method: string, path: string, headers: Record<string, string>, body?: string) =>
    new Promise<JsonObject>((resolve, reject) => {
      const options = { method, ca: authority, servername: host, headers: { host, ...headers } };
      request(new URL(path, azure), options, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        answer.on("end", () => {
          const value: unknown = JSON.parse(text);
          if (isObject(value)) resolve(value);
          else reject(new Error(text));
        });
      })
        .on("error", reject)
        .end(body);
    });
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const path = `/${TENANT}/oauth2/v2.0/token`;
  const signIn = await ask("login.microsoftonline.com", "POST", path, form, "client_id=e2e&client_secret=good");
  const authorization = `Bearer ${textOf(signIn["access_token"])}`;
  const { id } = await ask("team-a.vault.azure.net", "GET", `/secrets/${key}`, { authorization });
  return textOf(id).split("/").pop() ?? "";
}

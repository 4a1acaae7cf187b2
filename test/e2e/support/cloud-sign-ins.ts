import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { JsonObject } from "../../../src/domain/json.js";
import { unique } from "../../support/scene.js";
import { TENANT, type TestBackend } from "./backends.js";
import type { E2eEnvironment } from "./environment.js";
import { mustAnswer } from "./must-answer.js";
import { type CredentialPlace, type SignIn, valueOf } from "./sign-in.js";

const ROLE = "arn:aws:iam::123456789012:role/reader";
const run = promisify(execFile);

/** AWS' on moto, which knows no wrong key, but tokens, roles and web identities as STS does. */
export function awsSignIns(backend: TestBackend): SignIn[] {
  const signIn = (
    method: string,
    settings: (place: CredentialPlace) => Promise<JsonObject>,
    begin = (key: string): string => key,
  ): SignIn => ({
    kind: "AWS_SECRETS_MANAGER",
    method,
    async prepare(place) {
      const key = unique("e2e/sign-in");
      await backend.put(begin(key), { password: valueOf(method) });
      return { key, provider: { aws: { region: "eu-west-1", ...(await settings(place)) } } };
    },
  });
  const accessKey = async (place: CredentialPlace): Promise<JsonObject> => {
    const reference = await place.secret("aws-reader", { id: "rig", key: "rig" });
    return { accessKeyIDSecretRef: reference("id"), secretAccessKeySecretRef: reference("key") };
  };
  return [
    signIn("secretRef", async (place) => ({ auth: { secretRef: await accessKey(place) } })),
    signIn("secretRef with a session's token", async (place) => {
      const keys = await accessKey(place);
      const reference = await place.secret("aws-session", { token: "session" });
      return { auth: { secretRef: { ...keys, sessionTokenSecretRef: reference("token") } } };
    }),
    signIn("secretRef, and a role assumed", async (place) => ({
      role: ROLE,
      auth: { secretRef: await accessKey(place) },
    })),
    // 0.14.4 has the field, and reads without it.
    {
      ...signIn(
        "secretRef, and a prefix",
        async (place) => ({ prefix: "team-a/", auth: { secretRef: await accessKey(place) } }),
        (key) => `team-a/${key}`,
      ),
      newer: "prefix of Secrets Manager's names",
    },
    signIn("jwt of a service account", async (place) => ({
      auth: {
        jwt: { serviceAccountRef: await place.serviceAccount("aws-reader", { "eks.amazonaws.com/role-arn": ROLE }) },
      },
    })),
  ];
}

/** Google's on the stand-in: the only sign-in that it judges, in a region too. */
export function googleSignIns({ proxy, googleServiceAccount }: NonNullable<E2eEnvironment["standin"]>): SignIn[] {
  const signIn = (method: string, place: string, settings: JsonObject): SignIn => ({
    kind: "GCP_SECRET_MANAGER",
    method,
    async prepare(credentials) {
      const key = unique("e2e-sign-in");
      const body = JSON.stringify({ password: valueOf(method) });
      await mustAnswer(await fetch(`${proxy}/gcp/team-a${place}/${key}`, { method: "PUT", body }));
      const reference = await credentials.secret("gcp-reader", {
        "key.json": readFileSync(googleServiceAccount, "utf8"),
      });
      const auth = { secretRef: { secretAccessKeySecretRef: reference("key.json") } };
      return { key, provider: { gcp: { projectId: "team-a", ...settings, auth } } };
    },
  });
  return [
    signIn("secretRef", "", {}),
    // 0.14.4 takes the location for writing alone.
    {
      ...signIn("secretRef in a region", "/locations/europe-west1", { location: "europe-west1" }),
      newer: "reading of a region's secrets",
    },
  ];
}

/** Azure's on the stand-in, which refuses one client secret alone. */
export function azureSignIns(backend: TestBackend): SignIn[] {
  const signIn = (method: string, authType: string, auth: (place: CredentialPlace) => Promise<JsonObject>): SignIn => ({
    kind: "AZURE_KEY_VAULT",
    method,
    async prepare(place) {
      const key = unique("e2e-sign-in");
      await backend.put(key, { password: valueOf(method) });
      const settings = { vaultUrl: "https://team-a.vault.azure.net", tenantId: TENANT, authType };
      return { key, provider: { azure: { ...settings, auth: await auth(place) } } };
    },
  });
  return [
    signIn("ServicePrincipal with a certificate", "ServicePrincipal", async (place) => {
      const reference = await place.secret("azure-certificate", { id: "e2e", certificate: await rsaCertificate() });
      return { authSecretRef: { clientId: reference("id"), clientCertificate: reference("certificate") } };
    }),
    signIn("WorkloadIdentity", "WorkloadIdentity", async (place) => ({
      serviceAccountRef: await place.serviceAccount("azure-reader", { "azure.workload.identity/client-id": "e2e" }),
    })),
    signIn("WorkloadIdentity with the client's id in a Secret", "WorkloadIdentity", async (place) => {
      const reference = await place.secret("azure-client", { id: "e2e" });
      const serviceAccountRef = await place.serviceAccount("azure-bare");
      return { serviceAccountRef, authSecretRef: { clientId: reference("id") } };
    }),
  ];
}

/** A certificate with its key, PEM: Entra ID takes RSA alone. */
async function rsaCertificate(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "secretariat-e2e-certificate-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=reader", "-days", "1"];
    await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...subject]);
    return (await readFile(cert, "utf8")) + (await readFile(key, "utf8"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

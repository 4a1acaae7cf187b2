import { startTestApp, type TestApp } from "../../support/app.js";
import { ApiClient } from "../../support/client.js";
import { eventually } from "../../support/eventually.js";
import { Maker } from "../access/maker.js";
import { vaultOf } from "../access/world.js";

const SETTINGS = {
  MEMBER_PROVIDER_HOSTS: "vault.example.com,bao.example.com:8200,*.vault.azure.net",
  PROTECTED_TARGETS: "sh.helm.release.*,default-token-*,locked-*-x",
};

const operatorRef = (name: string, key: string): Record<string, unknown> => ({ name, key, namespace: "operator" });

/** Organization providers by their names; all have a key prefix but `unprefixed`. */
const ORGANIZATION: Readonly<Record<string, Record<string, unknown>>> = {
  vault: { vault: vaultOf("operator"), projectKeyPrefix: "projects/{project}/" },
  "vault-without-path": { vault: { ...vaultOf("operator"), path: null }, projectKeyPrefix: "kv/projects/{project}/" },
  aws: {
    aws: {
      region: "eu-central-1",
      prefix: "team/",
      auth: {
        secretRef: {
          accessKeyIDSecretRef: operatorRef("aws", "id"),
          secretAccessKeySecretRef: operatorRef("aws", "key"),
        },
      },
    },
    projectKeyPrefix: "team/{project}/",
  },
  gcp: {
    gcp: { projectId: "some-project", auth: { secretRef: { secretAccessKeySecretRef: operatorRef("gcp", "key") } } },
    projectKeyPrefix: "{project}_",
  },
  azure: {
    azure: {
      vaultUrl: "https://org.vault.azure.net",
      tenantId: "11111111-1111-1111-1111-111111111111",
      authType: "ServicePrincipal",
      auth: { authSecretRef: { clientId: operatorRef("azure", "id"), clientSecret: operatorRef("azure", "secret") } },
    },
    projectKeyPrefix: "{project}--",
  },
  existing: { existingStore: { kind: "VAULT", storeName: "made-by-hand" }, projectKeyPrefix: "projects/{project}/" },
  unprefixed: { vault: vaultOf("operator") },
};

/** A Secretariat in which a member has a project, and the organization has providers with key prefixes. */
export interface House {
  app: TestApp;
  maker: Maker;
  admin: ApiClient;
  member: ApiClient;
  home: string;
  other: string;
  /** Ids by name; `home-vault` is the project's own. */
  providers: Readonly<Record<string, string>>;
  /** The member's own secret `base`, on the project's own provider. */
  base: string;
}

export async function buildHouse(): Promise<House> {
  const app = await startTestApp({ clusters: ["berlin"], env: SETTINGS });
  const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  const member = await ApiClient.of(app.url, { subject: "mia" });
  const maker = new Maker(admin);
  const berlin = await maker.clusterId("berlin");
  app.cluster().backends.vault.set("value", "made up");
  const home = (await maker.project(berlin, { name: "home", members: ["mia"] })).id;
  const other = (await maker.project(berlin, { name: "other" })).id;
  const providers: Record<string, string> = {};
  for (const [name, input] of Object.entries(ORGANIZATION))
    providers[name] = (await maker.provider(null, { name, vault: null, ...input })).id;
  providers["home-vault"] = (await maker.provider(home, { name: "home-vault" })).id;
  // Behind a secret of theirs a member sees a provider without a prefix.
  await maker.secret(providers["unprefixed"] ?? "", { projectIds: [home] }, { name: "from-unprefixed" });
  const { id: base } = await maker.secret(providers["home-vault"], { projectId: home }, { name: "base" });
  await eventually(async () => {
    const { secrets } = await admin.ask<{ secrets: { nodes: { status: string }[] } }>(
      "{ secrets { nodes { status } } }",
    );
    return secrets.nodes.every(({ status }) => status === "SYNCED");
  });
  return { app, maker, admin, member, home, other, providers, base };
}

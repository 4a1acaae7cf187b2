import type { CreateSecretInput, DesiredState } from "../../domain/ports/desired-state.js";
import type { Logger } from "../../domain/ports/logger.js";
import type { ReadModel } from "../../domain/ports/read-model.js";
import type { SimulatedCluster, Simulator } from "../simulator/index.js";
import { ADA, BEN, DEVELOPER } from "./people.js";
import { fillBackends, GOING_NAMESPACE, UNDELETABLE } from "./values.js";

/** The simulated clusters of development, and the projects that the sample puts into each. */
export const SAMPLE_CLUSTERS = {
  berlin: ["checkout", "search", "payments"],
  oslo: ["ml-training", "data-platform", GOING_NAMESPACE],
} as const;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  checkout: "Carts and orders",
  search: "Product search",
  payments: "Card payments and refunds",
  "ml-training": "Training jobs of the recommendation models",
  "data-platform": "Warehouse and reports",
  [GOING_NAMESPACE]: "The old shop; somebody is deleting its namespace",
};

export interface SampleDataParts {
  desiredState: DesiredState;
  readModel: ReadModel;
  simulator: Simulator;
  logger: Logger;
}

/** How long the sample waits for one thing to happen before it goes on without, in milliseconds. */
const LIMIT = 15_000;
const ADMIN_SCOPE = { admin: true } as const;

/**
 * Fills an empty installation with two clusters' worth of projects, a provider of each kind, and secrets in every status there is, through the very commands that the API
 * offers.
 * @throws whatever a command refuses, which would be a defect of the sample
 */
export async function createSampleData(parts: SampleDataParts): Promise<void> {
  fillBackends(parts.simulator);
  const sample = new Sample(parts);
  await sample.projects();
  await sample.providers();
  await sample.secrets();
  parts.logger.info({}, "sample data made");
}

class Sample {
  readonly #projects = new Map<string, string>();
  readonly #providers = new Map<string, string>();

  constructor(private readonly parts: SampleDataParts) {}

  async projects(): Promise<void> {
    const { desiredState, readModel } = this.parts;
    const clusters = await readModel.clusters(ADMIN_SCOPE);
    for (const [clusterName, names] of Object.entries(SAMPLE_CLUSTERS)) {
      const clusterId = clusters.find((cluster) => cluster.name === clusterName)?.id;
      for (const name of names) {
        const project = await desiredState.createProject(ADA, {
          name,
          description: DESCRIPTIONS[name] ?? "",
          clusterId,
        });
        this.#projects.set(name, project.id);
      }
    }
    await this.#until("all projects are READY", async () => {
      const found = await readModel.projectsByIds(ADMIN_SCOPE, [...this.#projects.values()]);
      return found.every((project) => project.status === "READY");
    });
    await desiredState.addProjectMembers(ADA, this.#project("checkout"), ["eve"]);
  }

  async providers(): Promise<void> {
    const { desiredState } = this.parts;
    const credential = (name: string, key: string) => ({ name, namespace: "external-secrets", key });
    const made = [
      await desiredState.createProvider(ADA, {
        name: "corporate-vault",
        scope: "ORGANIZATION",
        vault: {
          server: "https://vault.example.com",
          path: "secret",
          auth: { tokenSecretRef: credential("vault-reader", "token") },
        },
        projectKeyPrefix: "projects/{project}/",
      }),
      await desiredState.createProvider(ADA, {
        name: "aws-eu",
        scope: "ORGANIZATION",
        aws: {
          region: "eu-central-1",
          auth: {
            secretRef: {
              accessKeyIDSecretRef: credential("aws-reader", "id"),
              secretAccessKeySecretRef: credential("aws-reader", "key"),
            },
          },
        },
      }),
      await desiredState.createProvider(ADA, {
        name: "gcp-analytics",
        scope: "ORGANIZATION",
        gcp: {
          projectId: "example-analytics",
          auth: { secretRef: { secretAccessKeySecretRef: credential("gcp-reader", "key.json") } },
        },
      }),
      await desiredState.createProvider(ADA, {
        name: "azure-identity",
        scope: "ORGANIZATION",
        azure: {
          vaultUrl: "https://example-identity.vault.azure.net",
          tenantId: "11111111-1111-1111-1111-111111111111",
          authType: "ServicePrincipal",
          auth: {
            authSecretRef: {
              clientId: credential("azure-reader", "id"),
              clientSecret: credential("azure-reader", "secret"),
            },
          },
        },
      }),
    ];
    for (const provider of made) this.#providers.set(provider.name, provider.id);
    await this.#until("all providers are READY", async () => {
      const found = await this.parts.readModel.providersByIds(ADMIN_SCOPE, [...this.#providers.values()]);
      return found.every((provider) => provider.status === "READY");
    });
  }

  async secrets(): Promise<void> {
    const { desiredState } = this.parts;
    this.#foreignExternalSecrets();
    await this.#organization("payments-database", "corporate-vault", ["checkout", "payments"], {
      useCase: "DATABASE",
      data: [item("username", "team-a/db", "user"), item("password", "team-a/db", "password")],
    });
    await this.#organization("registry-pull", "corporate-vault", ["checkout", "search", "payments"], {
      useCase: "IMAGE_PULL_SECRET",
      data: [item(".dockerconfigjson", "platform/registry", "config")],
      target: { type: "kubernetes.io/dockerconfigjson" },
    });
    await this.#organization("artifact-store", "aws-eu", ["ml-training", "data-platform"], {
      useCase: "S3",
      dataFrom: [{ extract: { key: "artifacts/s3", decodingStrategy: "NONE" } }],
    });
    await this.#organization("hugging-face", "gcp-analytics", ["ml-training"], {
      useCase: "HUGGING_FACE",
      data: [item("token", "huggingface-token")],
    });
    await this.#organization("analytics-key", "gcp-analytics", ["data-platform", "search"], {
      data: [item("key", "analytics-key")],
    });
    await this.#organization("smtp-relay", "azure-identity", [], { data: [item("password", "smtp")] });
    await this.#organization("sso-client", "azure-identity", ["checkout", "search"], {
      data: [item("client-secret", "sso-client-2024")],
    });
    await this.#organization("feature-flags", "corporate-vault", ["checkout", "search"], {
      data: [item("token", "platform/metrics", "token")],
    });
    await desiredState.createSecret(BEN, {
      ...secret("stripe-webhook", "PROJECT", this.#provider("corporate-vault")),
      projectId: this.#project("checkout"),
      data: [item("secret", "projects/checkout/stripe", "secret")],
    });
    await this.#pending();
    await this.#going();
  }

  /** Secrets that never get on, and one that did so in part: their operator was away when they came, and their namespace is being deleted. */
  async #pending(): Promise<void> {
    const oslo = this.#cluster("oslo");
    oslo.operator.stop();
    await this.#organization("metrics-token", "corporate-vault", ["search", GOING_NAMESPACE], {
      data: [item("token", "platform/metrics", "token")],
    });
    await this.#organization("nightly-report", "corporate-vault", [GOING_NAMESPACE], {
      data: [item("url", "platform/reports", "url")],
    });
    await this.#until("they are in the cluster", () =>
      Promise.resolve(
        ["metrics-token", "nightly-report"].every(
          (name) => oslo.store.get("externalsecrets", GOING_NAMESPACE, name) !== undefined,
        ),
      ),
    );
    oslo.store.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "legacy", namespace: GOING_NAMESPACE, finalizers: ["example.com/hold"] },
    });
    oslo.store.delete("namespaces", "", GOING_NAMESPACE);
    await this.#until("the namespace is seen to go", async () => {
      const [project] = await this.parts.readModel.projectsByIds(ADMIN_SCOPE, [this.#project(GOING_NAMESPACE)]);
      return project?.status === "FAILED";
    });
    oslo.operator.start();
  }

  /** Two secrets that are deleted and cannot go: one is held by somebody's finalizer, of the other the API server refuses the deletion. */
  async #going(): Promise<void> {
    const berlin = this.#cluster("berlin");
    const held = await this.#organization("old-warehouse", "corporate-vault", ["payments"], {
      data: [item("password", "platform/warehouse", "password")],
    });
    const protectedOne = await this.#organization(UNDELETABLE, "corporate-vault", ["payments"], {
      data: [item("key", "platform/retired", "key")],
    });
    await this.#until("both are synced", async () => {
      const found = await this.parts.readModel.secretsByIds(ADMIN_SCOPE, [held, protectedOne]);
      return found.every((one) => one.status === "SYNCED");
    });
    const finalizers = berlin.store.get("externalsecrets", "payments", "old-warehouse")?.metadata["finalizers"];
    berlin.store.patch("externalsecrets", "payments", "old-warehouse", {
      metadata: { finalizers: [...(Array.isArray(finalizers) ? finalizers : []), "backup.example.com/hold"] },
    });
    await this.parts.desiredState.deleteSecret(ADA, held, { abandon: false });
    await this.parts.desiredState.deleteSecret(ADA, protectedOne, { abandon: false });
  }

  /** What people made by hand before there was Secretariat: one stands in the way of a secret of the same name, one can be adopted. */
  #foreignExternalSecrets(): void {
    const { store } = this.#cluster("berlin");
    for (const [name, key] of [
      ["feature-flags", "platform/metrics"],
      ["handmade-reports", "platform/reports"],
    ]) {
      store.apply(
        {
          apiVersion: "external-secrets.io/v1",
          kind: "ExternalSecret",
          metadata: { name: name ?? "", namespace: "checkout" },
          spec: {
            secretStoreRef: { name: "corporate-vault", kind: "ClusterSecretStore" },
            target: { name: `${name}-values` },
            dataFrom: [{ extract: { key: key ?? "" } }],
          },
        },
        { manager: "kubectl" },
      );
    }
  }

  async #organization(
    name: string,
    provider: string,
    projects: readonly string[],
    rest: Partial<CreateSecretInput>,
  ): Promise<string> {
    const input: CreateSecretInput = {
      ...secret(name, "ORGANIZATION", this.#provider(provider)),
      projectIds: projects.map((project) => this.#project(project)),
      ...rest,
    };
    return (await this.parts.desiredState.createSecret(name === "hugging-face" ? DEVELOPER : ADA, input)).id;
  }

  #project(name: string): string {
    return required(this.#projects.get(name), name);
  }

  #provider(name: string): string {
    return required(this.#providers.get(name), name);
  }

  #cluster(name: string): SimulatedCluster {
    return required(this.parts.simulator.clusters.get(name), name);
  }

  async #until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + LIMIT;
    while (!(await condition())) {
      if (performance.now() > deadline) {
        this.parts.logger.warn({ what }, "the sample data goes on without what it waited for");
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const item = (secretKey: string, remoteKey: string, property?: string) => ({
  secretKey,
  remoteKey,
  property,
  decodingStrategy: "NONE" as const,
});

const secret = (name: string, scope: CreateSecretInput["scope"], providerId: string): CreateSecretInput => ({
  name,
  scope,
  useCase: "GENERIC",
  providerId,
});

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the sample has no ${name}`);
  return value;
}

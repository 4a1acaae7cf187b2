import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../support/eventually.js";
import type { E2eEnvironment } from "./environment.js";
import { RawCluster } from "./raw-cluster.js";
import { deployedRules, removeServiceAccount, serviceAccount, type Rule } from "./service-account.js";

/** Verbs by which something is known, and what. */
export const READS: readonly (readonly [resource: string, verb: string, feature: string])[] = [
  ["externalsecrets", "list", "statuses are known"],
  ["externalsecrets", "watch", "statuses follow what becomes of an assignment"],
  ["clustersecretstores", "list", "the state of organization providers is known"],
  ["clustersecretstores", "watch", "the state of organization providers follows"],
  ["secretstores", "list", "the state of projects' providers is known"],
  ["secretstores", "watch", "the state of projects' providers follows"],
  ["events", "list", "the cause of a failure is told"],
  ["events", "watch", "the cause of a failure is told as it happens"],
  ["namespaces", "list", "the cluster is known by its kube-system namespace"],
  ["namespaces", "watch", "namespaces are found and missed"],
];

/** How the API server refuses a verb, in its own words; also where they stand in JSON. */
export const refusalOf = (resource: string, verb: string): RegExp =>
  new RegExp(`cannot ${verb} resource \\\\?"${resource}\\\\?"`, "u");

/** The deployed role without one verb of one resource. @throws where the role doesn't have it */
function rulesWithout(resource: string, verb: string): Rule[] {
  const rules = deployedRules();
  const reduced = rules.map((rule) =>
    rule.resources.includes(resource) ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) } : rule,
  );
  if (JSON.stringify(reduced) === JSON.stringify(rules)) throw new Error(`the role has no verb ${verb} on ${resource}`);
  return reduced.filter(({ verbs }) => verbs.length > 0);
}

/** A service account of its own, whose role loses a verb and gets it back: what is taken from it is taken from nobody else. */
export class LesserRole {
  readonly kubeconfig: string;
  readonly #cluster: RawCluster;

  constructor(
    environment: E2eEnvironment,
    private readonly name: string,
  ) {
    this.#cluster = RawCluster.of(environment.adminKubeconfig);
    this.kubeconfig = join(environment.directory, `${name}.kubeconfig`);
  }

  /** Makes it, with the whole role. */
  async make(): Promise<void> {
    const kubeconfig = await serviceAccount(this.#cluster, this.name, deployedRules());
    writeFileSync(this.kubeconfig, kubeconfig, { mode: 0o600 });
  }

  remove(): Promise<void> {
    return removeServiceAccount(this.#cluster, this.name);
  }

  async take(resource: string, verb: string): Promise<void> {
    await serviceAccount(this.#cluster, this.name, rulesWithout(resource, verb));
    await this.#until(resource, verb, false);
  }

  async giveBack(resource: string, verb: string): Promise<void> {
    await serviceAccount(this.#cluster, this.name, deployedRules());
    await this.#until(resource, verb, true);
  }

  /** Waits until the API server goes by the role as it is now. */
  async #until(resource: string, verb: string, allowed: boolean): Promise<void> {
    const self = RawCluster.of(this.kubeconfig);
    const [name = "", subresource] = resource.split("/");
    const group = ["events", "namespaces"].includes(name) ? "" : "external-secrets.io";
    const resourceAttributes = { group, resource: name, verb, ...(subresource === undefined ? {} : { subresource }) };
    await eventually(async () => {
      const { status } = await self.must("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: { resourceAttributes },
        },
      });
      return JSON.stringify(status).includes(`"allowed":${allowed}`);
    }, 30_000);
  }
}

import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { JsonObject } from "../../src/domain/json.js";
import type { ProviderKind } from "../../src/domain/kinds.js";
import { PROVIDER_EXAMPLES, type ProviderExample } from "../../src/domain/provider-examples.js";
import { eventually } from "../support/eventually.js";
import { at, managersOf } from "../support/kubernetes.js";
import type { NamedId } from "../support/scene.js";
import { Desk } from "./support/desk.js";
import { PROVIDER_VARIANTS } from "./support/provider-variants.js";
import { isObject, operatorPath, RawCluster } from "./support/raw-cluster.js";

/** Every way to sign in, also those that no backend here can show: the real CRD takes the store, and the operator's own validation judges it. */

const environment = inject("e2e");
const cluster = RawCluster.of(environment.adminKubeconfig);
const INPUTS: Record<ProviderKind, string> = {
  VAULT: "vault",
  AWS_SECRETS_MANAGER: "aws",
  GCP_SECRET_MANAGER: "gcp",
  AZURE_KEY_VAULT: "azure",
};

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

let desk: Desk;
let project: NamedId;
const made: string[] = [];
beforeAll(async () => {
  desk = await Desk.start({ env: { MAX_PROVIDERS_PER_PROJECT: "100" } });
  project = await desk.project();
});
afterAll(async () => {
  for (const id of made) {
    await desk.mutate("deleteProvider(id: $id) { id }", "$id: ID!", { id });
    await desk.untilGone("provider", id);
  }
  await desk.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id: project.id });
  await desk.untilGone("project", project.id);
  await desk.stop();
});

/** Without the namespaces of references: a project's store may not say them. */
function local(value: JsonObject): JsonObject {
  const entries = Object.entries(value).filter(([name, each]) => name !== "namespace" || isObject(each));
  return Object.fromEntries(entries.map(([name, each]) => [name, isObject(each) ? local(each) : each]));
}

/** The fields that the CRD has at a place of the object. */
async function fieldsAt(plural: string, place: readonly string[]): Promise<string[]> {
  const definition = await cluster.must("GET", `${DEFINITIONS}/${plural}.external-secrets.io`);
  const versions = at(definition, "spec", "versions");
  const served: unknown = (Array.isArray(versions) ? versions : []).find(
    (each) => at(each, "name") === environment.operatorVersion,
  );
  const path = place.flatMap((name) => ["properties", name]);
  return Object.keys(at(served, "schema", "openAPIV3Schema", ...path, "properties") ?? {});
}

/** Every value with its field's name, whose case differs between Google's `projectId` and the CRD's. */
function leaves(value: unknown, name = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => leaves(each, name));
  if (isObject(value)) return Object.entries(value).flatMap(([key, each]) => leaves(each, key));
  return [`${name.toLowerCase()}=${String(value)}`];
}

describe.each(["ORGANIZATION", "PROJECT"] as const)("a provider of scope %s", (scope) => {
  it.each<ProviderExample>([...PROVIDER_EXAMPLES, ...PROVIDER_VARIANTS])("$kind, $method", async ({ kind, input }) => {
    const given = scope === "PROJECT" ? local(input) : input;
    const provider = await desk.createProvider({
      scope,
      ...(scope === "PROJECT" ? { projectId: project.id } : {}),
      [INPUTS[kind]]: given,
    });
    made.push(provider.id);
    const judged = await eventually(async () => {
      const now = await desk.providerNow(provider.id);
      return now !== null && now.status !== "PENDING" && now;
    }, 90_000);
    // Whatever it says is the operator's word: the API server has taken every field.
    const plural = scope === "PROJECT" ? "secretstores" : "clustersecretstores";
    const place = scope === "PROJECT" ? project.name : null;
    const path = operatorPath(plural, place, judged.storeName, environment.operatorVersion);
    const store = await cluster.find(path);
    if (store === undefined) {
      // An operator of this version doesn't know the method yet, and the provider says so.
      const [target] = judged.targets;
      expect(target).toMatchObject({ reason: "InvalidField" });
      const [field = "", ...parents] = (
        / \.([\w.]+): field not declared in schema/u.exec(target?.message ?? "")?.[1] ?? ""
      )
        .split(".")
        .toReversed();
      const known = await fieldsAt(plural, parents.toReversed());
      expect(known).not.toEqual([]);
      expect(known).not.toContain(field);
      return;
    }
    expect(JSON.stringify(at(store, "status", "conditions")), JSON.stringify(judged)).toMatch(/"type":"Ready"/u);
    expect(managersOf(store)).toContain("secretariat");
    // Nothing of what was given is lost on the way.
    const rendered = new Set(leaves(at(store, "spec", "provider")));
    expect(leaves(given).filter((leaf) => !rendered.has(leaf))).toEqual([]);
    // Nobody rewrites what the other one wrote.
    const { history } = await desk.admin.ask<{ history: { nodes: { reason: string | null }[] } }>(
      "query ($id: ID!) { history(first: 50, filter: { providerId: $id }) { nodes { reason } } }",
      { id: provider.id },
    );
    expect(history.nodes.map(({ reason }) => reason)).not.toContain("Drifted");
    expect(at(store, "metadata", "generation")).toBe(1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { at, labelsOf } from "../support/kubernetes.js";
import { unique, type NamedId } from "../support/scene.js";
import { Platform, refusal } from "./support/platform.js";

const scene = new Platform();
beforeAll(() => scene.start());
afterAll(() => scene.stop());

describe("manifests", () => {
  const CREATE = "createSecretFromManifest(manifest: $manifest, scope: PROJECT, projectId: $projectId) { id name }";
  const TYPES = "$manifest: String!, $projectId: ID";
  const manifest = (name: string, spec = "", head = ""): string => `# what the platform team keeps in its repository
apiVersion: ${scene.apiVersion}
kind: ExternalSecret
metadata:
  name: ${name}
${head}
spec:
  refreshInterval: 1h # rather seldom
  secretStoreRef: &store
    name: ${scene.storeName}
    kind: ClusterSecretStore
${spec === "" ? plain() : spec}
`;
  const plain = () => `  data:
    - secretKey: password
      remoteRef: { key: ${scene.key}, property: password }`;

  it.each([
    ["with comments and an anchor", plain, ["password"]],
    [
      "with a template",
      () => `  target:
    template:
      engineVersion: v2
      data: { url: "db://{{ .password }}" }
${plain()}`,
      ["url"],
    ],
    ["with dataFrom", () => `  dataFrom:\n    - extract: { key: ${scene.key} }`, ["password"]],
    [
      "with an alias",
      () => `  data:
    - secretKey: password
      remoteRef: &place { key: ${scene.key}, property: password }
    - secretKey: again
      remoteRef: *place`,
      ["again", "password"],
    ],
    [
      "with a part that the API has no field for",
      () => `  dataFrom:
    - extract: { key: ${scene.key} }
      rewrite: [{ regexp: { source: password, target: renamed } }]`,
      ["renamed"],
    ],
  ])("one %s becomes a secret, and arrives", async (_, spec, keys) => {
    const name = unique("manifest");
    const secret = await scene.desk.mutate<NamedId>(CREATE, TYPES, {
      manifest: manifest(name, spec()),
      projectId: scene.project.id,
    });
    expect(secret.name).toBe(name);
    await scene.desk.untilStatus(secret.id, "SYNCED");
    expect(Object.keys((await scene.native(name))?.["data"] ?? {})).toEqual(keys);
  });

  it("one of the operator's other version, in the project's namespace, with labels: what is the author's arrives, what is a tool's does not", async () => {
    const name = unique("manifest");
    const other = scene.environment.operatorVersion === "v1" ? "v1beta1" : "v1";
    const head = `  namespace: ${scene.project.name}
  uid: 11111111-1111-1111-1111-111111111111
  resourceVersion: "1"
  labels: { team: red }
  annotations: { kubectl.kubernetes.io/last-applied-configuration: "{}", note: theirs }`;
    const secret = await scene.desk.mutate<NamedId>(CREATE, TYPES, {
      manifest: manifest(name, "", head).replace(scene.apiVersion, `external-secrets.io/${other}`),
      projectId: scene.project.id,
    });
    await scene.desk.untilStatus(secret.id, "SYNCED");
    const live = await scene.cluster.find(scene.place(name));
    expect(labelsOf(live)).toMatchObject({ team: "red" });
    expect(at(live, "metadata", "annotations")).toEqual({ note: "theirs" });
    expect(at(live, "metadata", "uid")).not.toBe("11111111-1111-1111-1111-111111111111");
  });

  it("for several projects its namespace is nobody's business, and it can be replaced by another", async () => {
    const name = unique("manifest");
    const secret = await scene.desk.mutate<NamedId>(
      "createSecretFromManifest(manifest: $manifest, scope: ORGANIZATION, projectIds: $projectIds) { id name }",
      "$manifest: String!, $projectIds: [ID!]",
      {
        manifest: manifest(name, "", "  namespace: kube-system"),
        projectIds: [scene.project.id, scene.other.id],
      },
    );
    await scene.desk.untilThing("secret", secret.id, "SYNCED");
    const replace = "updateSecretFromManifest(id: $id, manifest: $manifest) { id }";
    const types = "$id: ID!, $manifest: String!";
    const before = await scene.written();
    const bad = await refusal(scene.desk.admin, replace, types, {
      id: secret.id,
      manifest: manifest(name, `  surprise: 1\n${plain()}`),
    });
    expect(bad.code).toBe("BAD_USER_INPUT");
    expect(await scene.written()).toEqual(before);
    await scene.desk.mutate(replace, types, {
      id: secret.id,
      manifest: manifest(name, plain().replace("secretKey: password", "secretKey: renamed")),
    });
    await eventually(async () => Object.keys((await scene.native(name))?.["data"] ?? {}).join() === "renamed", 30_000);
    await scene.desk.untilThing("secret", secret.id, "SYNCED");
  });

  it.each<[string, (name: string) => string, RegExp]>([
    ["two documents", (name) => `${manifest(name)}---\n${manifest(`${name}-b`)}`, /document/iu],
    [
      "another kind",
      (name) => manifest(name).replace("kind: ExternalSecret", "kind: ClusterExternalSecret"),
      /ExternalSecret/u,
    ],
    ["a foreign namespace", (name) => manifest(name, "", "  namespace: kube-system"), /namespace/u],
    ["a store of nobody", (name) => manifest(name).replace(scene.storeName, "nobodys"), /provider|store/iu],
    ["an interval that stops the operator", (name) => manifest(name).replace("1h #", "soon #"), /duration/iu],
    ["a field that no CRD knows", (name) => manifest(name, `  surprise: 1\n${plain()}`), /surprise|unknown|know/iu],
    [
      "a reference to another store",
      (name) =>
        manifest(name, `  dataFrom:\n    - sourceRef: { storeRef: { name: nobodys } }\n      extract: { key: a }`),
      /sourceRef/u,
    ],
    [
      "a generator",
      (name) =>
        manifest(
          name,
          `  dataFrom:\n    - sourceRef: { generatorRef: { apiVersion: generators.external-secrets.io/v1alpha1, kind: Password, name: any } }`,
        ),
      /sourceRef/u,
    ],
    [
      "a target that is no Secret",
      (name) => manifest(name, `  target: { manifest: { apiVersion: v1, kind: ConfigMap } }\n${plain()}`),
      /manifest/u,
    ],
    [
      "a key twice",
      (name) => manifest(name).replace("metadata:", "metadata: {}\nmetadata:"),
      /unique|duplicate|twice/iu,
    ],
    ["a tag", (name) => manifest(name).replace("kind: ExternalSecret", "kind: !!binary RXh0"), /tag/iu],
    [
      "aliases that make it large",
      (name) => `bomb: &bomb [a]\nmore: [${Array.from({ length: 30 }, () => "*bomb").join(", ")}]\n${manifest(name)}`,
      /alias/iu,
    ],
    ["no YAML", () => "a: [", /YAML/u],
  ])("one with %s is refused whole", async (_, make, message) => {
    const before = await scene.written();
    const name = unique("refused");
    const answer = await refusal(scene.desk.admin, CREATE, TYPES, {
      manifest: make(name),
      projectId: scene.project.id,
    });
    expect([answer.code, answer.message]).toEqual(["BAD_USER_INPUT", expect.stringMatching(message)]);
    expect(await scene.written()).toEqual(before);
    const { secrets } = await scene.desk.admin.ask<{ secrets: { totalCount: number } }>(
      "query ($search: String!) { secrets(filter: { search: $search }) { totalCount } }",
      { search: name },
    );
    expect(secrets.totalCount).toBe(0);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
${spec === "" ? plain : spec}
`;
  const plain = `  data:
    - secretKey: password
      remoteRef: { key: ${scene.key}, property: password }`;

  it.each([
    ["with comments and an anchor", () => plain, ["password"]],
    [
      "with a template",
      () => `  target:
    template:
      engineVersion: v2
      data: { url: "db://{{ .password }}" }
${plain}`,
      ["url"],
    ],
    ["with dataFrom", () => `  dataFrom:\n    - extract: { key: ${scene.key} }`, ["password"]],
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
    ["a field that no CRD knows", (name) => manifest(name, `  surprise: 1\n${plain}`), /surprise|unknown|know/iu],
    [
      "a reference to another store",
      (name) =>
        manifest(name, `  dataFrom:\n    - sourceRef: { storeRef: { name: nobodys } }\n      extract: { key: a }`),
      /sourceRef/u,
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
  });
});

import type { JsonObject } from "../../domain/json.js";
import type { ForeignExternalSecret } from "../../domain/ports/cluster-gateway.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { StoredSpec } from "../../domain/secret.js";
import { specOfLive } from "../../domain/spec/adopt.js";
import { checkMemberSecret } from "../../domain/spec/member-allowlist.js";
import type { ParsedManifest } from "../../domain/spec/manifest.js";
import { objectAt, stringAt } from "../../domain/spec/read.js";
import { targetNameOf } from "../../domain/spec/spec-view.js";
import type { Command } from "./command.js";
import type { LoadedProject } from "./load.js";
import { providerOfStore, unknownStore } from "./manifests.js";
import { credentialNames } from "./secret-checks.js";
import { checkStorable } from "./storable.js";

/** An ExternalSecret of the project's namespace, and whether it can be taken over. */
export interface Adoptable {
  object: ForeignExternalSecret;
  /** It is the object of an assignment: nobody else's. */
  ours: boolean;
  stored: StoredSpec;
  provider: ProviderRecord | null;
  targetName: string | null;
  /** What is wrong with it as it stands. */
  problems: string[];
  /** Who has its name, or its native Secret's, already. */
  conflicts: string[];
}

interface NameInUse {
  id: string;
  secret: string;
  objectName: string;
  targetName: string | null;
  uid: string | null;
}

/** Judges every live object of the namespace, in the order of their names. */
export async function judgeLiveObjects(
  command: Command,
  project: LoadedProject,
  objects: readonly ForeignExternalSecret[],
): Promise<Adoptable[]> {
  const inUse = await command.tx.query<NameInUse>(
    `SELECT a.id, s.name AS secret, a.object_name AS "objectName", a.target_name AS "targetName", a.uid FROM assignment a JOIN secret s ON s.id = a.secret_id
      WHERE a.project_id = $1`,
    [project.id],
  );
  const credentials = command.scope.admin ? [] : await credentialNames(command, project.id);
  const providers = new Map<string, ProviderRecord | null>();
  const judged: Adoptable[] = [];
  for (const object of [...objects].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const store = storeRefOf(object.spec);
    const key = `${store?.kind} ${store?.name}`;
    if (store !== null && !providers.has(key)) providers.set(key, await providerOfStore(command, store, project));
    judged.push(judge(command, { project, object, store, provider: providers.get(key) ?? null, inUse, credentials }));
  }
  return judged;
}

function judge(
  command: Command,
  known: {
    project: LoadedProject;
    object: ForeignExternalSecret;
    store: ParsedManifest["storeRef"];
    provider: ProviderRecord | null;
    inUse: readonly NameInUse[];
    credentials: readonly string[];
  },
): Adoptable {
  const { project, object, store, provider, inUse } = known;
  const { stored, problems: ofSpec } = specOfLive(object, command.settings);
  const targetName = targetNameOf(stored, object.name);
  const found = [...ofSpec, ...checkStorable(stored.spec, ["spec"])];
  if (provider !== null && !command.scope.admin) {
    found.push(
      ...checkMemberSecret({
        name: object.name,
        stored,
        provider,
        project,
        storeCredentialNames: known.credentials,
        effectiveKey: (key) => command.catalog.effectiveKey(provider.kind, provider.config, key),
        settings: command.settings,
        paths: "manifest",
      }),
    );
  }
  const problems = found.map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message));
  if (store === null) problems.push("spec.secretStoreRef: It names no store.");
  else if (provider === null) problems.push(`spec.secretStoreRef: ${unknownStore(store, project)}`);
  else if (provider.deletionRequestedAt !== null) problems.push(`The provider ${provider.name} is being deleted.`);

  const sameName = inUse.find(({ objectName }) => objectName === object.name);
  const ours =
    sameName !== undefined && (sameName.uid === object.uid || sameName.id === object.ownLabels?.assignmentId);
  const conflicts: string[] = [];
  if (sameName !== undefined && !ours)
    conflicts.push(`Another secret named ${object.name} is assigned to the project.`);
  const sameTarget = inUse.find(
    (other) => other !== sameName && targetName !== null && other.targetName === targetName,
  );
  if (sameTarget !== undefined) {
    conflicts.push(`The secret ${sameTarget.secret} writes the native Secret ${targetName ?? ""} already.`);
  }
  return { object, ours, stored, provider, targetName, problems: [...new Set(problems)], conflicts };
}

/** The store that a live object names; a missing kind means SecretStore (external-secrets.io's default). */
export function storeRefOf(spec: JsonObject): ParsedManifest["storeRef"] {
  const ref = objectAt(spec, "secretStoreRef");
  const name = stringAt(ref, "name");
  const kind = stringAt(ref, "kind") ?? "SecretStore";
  return name === null || (kind !== "SecretStore" && kind !== "ClusterSecretStore") ? null : { name, kind };
}

import type { ClusterGateway } from "../../domain/ports/cluster-gateway.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { StoredSpec } from "../../domain/secret.js";
import type { RuleSettings } from "../../domain/settings.js";
import { type ParsedManifest, parseManifest } from "../../domain/spec/manifest.js";
import { isStorable } from "../../domain/spec/syntax.js";
import type { Problem } from "../../errors.js";
import { columns, PROVIDER_COLUMNS, providerRecord, type ProviderRow } from "../records.js";
import { raw, sql } from "../read/sql.js";
import { seesProvider } from "../read/visibility.js";
import { type Command, select } from "./command.js";

/** A manifest as it was read, before anything in the database was looked at. */
export interface ReadManifest {
  /** Null where it could not be read at all. */
  parsed: ParsedManifest | null;
  /** With paths from the argument: `["manifest", "spec", …]`. */
  problems: Problem[];
}

/** Reads a manifest, and asks the clusters' CRDs about the parts that this API has no field for (DESIGN.md, "Manifests"). */
export async function readManifest(
  text: string,
  parts: { cluster: ClusterGateway; settings: RuleSettings },
): Promise<ReadManifest> {
  const result = parseManifest(text, parts.settings);
  const { parsed, problems } = "problems" in result ? result : { parsed: result, problems: [] };
  const unknown = parsed === null ? [] : await parts.cluster.unknownSpecPaths(parsed.stored.spec);
  const ofCrd = unknown
    .map((path) => ({
      path: ["spec", ...path],
      message: "No connected cluster's External Secrets Operator knows this field.",
    }))
    // What is refused whoever knows it is said once.
    .filter(({ path }) => !problems.some((problem) => problem.path.every((part, index) => part === path[index])));
  return { parsed, problems: inManifest([...problems, ...ofCrd]) };
}

const inManifest = (problems: readonly Problem[]): Problem[] =>
  problems.map(({ path, message }) => ({ path: ["manifest", ...path], message }));

/** `metadata.namespace` must be absent or the project's; an organization secret's is ignored. */
function checkNamespace(parsed: ParsedManifest, owner: { name: string } | null): Problem[] {
  if (owner === null || parsed.namespace === null || parsed.namespace === owner.name) return [];
  return [
    {
      path: ["manifest", "metadata", "namespace"],
      message: `The namespace must be left out or be the project's, ${owner.name}.`,
    },
  ];
}

type StoreRef = NonNullable<ParsedManifest["storeRef"]>;

/**
 * The provider that the viewer may use in this place whose store a manifest or a live object names. One that they cannot see is answered like one that isn't there.
 */
export async function providerOfStore(
  command: Command,
  store: StoreRef,
  owner: { id: string } | null,
): Promise<ProviderRecord | null> {
  if ((store.kind === "SecretStore" && owner === null) || !isStorable(store.name)) return null;
  const place = store.kind === "SecretStore" ? sql`v.project_id = ${owner?.id ?? null}` : sql`v.scope = 'ORGANIZATION'`;
  const rows = await select<ProviderRow>(
    command,
    sql`SELECT ${raw(columns("v", PROVIDER_COLUMNS))} FROM provider v
      WHERE v.store_name = ${store.name} AND ${place} AND (${seesProvider(command.scope, "v")}) ${raw(command.locking ? "FOR SHARE OF v" : "")}`,
  );
  const [row] = rows;
  return row === undefined ? null : providerRecord(row);
}

export function unknownStore(store: StoreRef, owner: { name: string } | null): string {
  if (store.kind === "SecretStore" && owner === null) {
    return "An organization secret needs a ClusterSecretStore; a SecretStore is in one namespace only.";
  }
  return `No provider that you may use here stands for the ${store.kind} ${store.name}.`;
}

/** What a manifest says that its secret is: its provider and its spec. */
export async function contentOfManifest(
  command: Command,
  read: ReadManifest,
  owner: { id: string; name: string } | null,
): Promise<{ provider: ProviderRecord | null; stored: StoredSpec | null; problems: Problem[] }> {
  const { parsed } = read;
  if (parsed === null) return { provider: null, stored: null, problems: read.problems };
  const problems = [...read.problems, ...checkNamespace(parsed, owner)];
  const path = ["manifest", "spec", "secretStoreRef"];
  const provider = parsed.storeRef === null ? null : await providerOfStore(command, parsed.storeRef, owner);
  // A manifest without a store was refused for that already.
  if (parsed.storeRef !== null && provider === null) {
    problems.push({ path, message: unknownStore(parsed.storeRef, owner) });
  }
  return { provider, stored: parsed.stored, problems };
}

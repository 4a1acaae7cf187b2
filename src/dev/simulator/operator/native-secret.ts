import { ApiError } from "../api-error.js";
import { type Json, type JsonObject, at, equal, isObject, list, record, stringMap, text, without } from "../json.js";
import { type KubeObject, nameOf, namespaceOf, toKubeObject, uidOf } from "../kube-object.js";
import { dataHash, ownerHash } from "./hashes.js";
import type { OperatorContext } from "./operator-context.js";
import { renderTarget, TemplateError } from "./template.js";

export const MANAGED_LABEL = "reconcile.external-secrets.io/managed";
const OWNER_LABEL = "reconcile.external-secrets.io/created-by";
const HASH_ANNOTATION = "reconcile.external-secrets.io/data-hash";

/** The name of the native Secret that an ExternalSecret writes. */
export const targetName = (object: KubeObject): string => text(object, "spec", "target", "name") || nameOf(object);

/** spec.target.creationPolicy */
export const creationPolicy = (object: KubeObject): string =>
  text(object, "spec", "target", "creationPolicy") || "Owner";

/** The field manager of what one ExternalSecret writes. */
const managerOf = (object: KubeObject): string => `externalsecrets.external-secrets.io/${nameOf(object)}`;

/** Why a native Secret cannot be written; `message` is the event's text, `condition` the status's. */
export class SecretWriteError extends Error {
  constructor(
    message: string,
    readonly condition: string,
    /** Whether trying again may help. */
    readonly retry: boolean,
  ) {
    super(message);
  }
}

/** Whether a native Secret is still as the operator wrote it. */
export function isSecretValid(context: OperatorContext, secret: KubeObject | undefined, object: KubeObject): boolean {
  if (context.leavesOrphans && creationPolicy(object) === "Orphan") return true;
  if (secret === undefined) return false;
  if (stringMap(secret.metadata, "labels")[MANAGED_LABEL] !== "true") return false;
  return (
    stringMap(secret.metadata, "annotations")[HASH_ANNOTATION] === dataHash(stringMap(secret, "data"), context.hash)
  );
}

/** The ExternalSecret that controls a native Secret, by name. */
function controllerOf(secret: KubeObject): string | undefined {
  const owner = list(secret.metadata, "ownerReferences").find((each) => at(each, "controller") === true);
  if (
    owner === undefined ||
    text(owner, "kind") !== "ExternalSecret" ||
    !text(owner, "apiVersion").startsWith("external-secrets.io/")
  )
    return undefined;
  return text(owner, "name");
}

/**
 * Labels a native Secret that somebody else made as managed, so that the operator sees it.
 *
 * @returns whether it was not labelled before
 */
export function markManaged(context: OperatorContext, object: KubeObject, secret: KubeObject): boolean {
  if (stringMap(secret.metadata, "labels")[MANAGED_LABEL] === "true") return false;
  context.api.patch(
    "secrets",
    namespaceOf(secret),
    nameOf(secret),
    { kind: "merge", body: { metadata: { labels: { [MANAGED_LABEL]: "true" } } } },
    { manager: managerOf(object) },
  );
  return true;
}

/** Keys below a field that this ExternalSecret wrote before. */
function ownKeys(secret: KubeObject, object: KubeObject, ...path: string[]): string[] {
  return list(secret.metadata, "managedFields").flatMap((entry) =>
    text(entry, "manager") === managerOf(object)
      ? Object.keys(record(entry, "fieldsV1", ...path)).flatMap((key) => (key.startsWith("f:") ? [key.slice(2)] : []))
      : [],
  );
}

/** The native Secret as an ExternalSecret wants it, from what is there (or nothing). @throws SecretWriteError */
function desired(
  context: OperatorContext,
  object: KubeObject,
  values: Map<string, Buffer>,
  existing: KubeObject | undefined,
): KubeObject {
  const namespace = namespaceOf(object);
  const secret: KubeObject = existing ?? {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: targetName(object), namespace },
  };
  const policy = creationPolicy(object);
  const controller = controllerOf(secret);
  const prefix = existing === undefined ? "" : `unable to mutate secret ${targetName(object)}: `;
  if (controller !== undefined && controller !== nameOf(object)) {
    throw new SecretWriteError(
      `${prefix}secret is owned by another ExternalSecret: ${controller}`,
      "target is owned by another ExternalSecret",
      false,
    );
  }
  const template = at(object, "spec", "target", "template");
  let rendered;
  try {
    rendered = renderTarget(template, values, (kind, name) => {
      const found = kind === "secret" ? context.api.store.get("secrets", namespace, name) : undefined;
      if (found === undefined)
        throw new TemplateError(
          `error fetching templateFrom data: ${kind === "secret" ? "Secret" : "ConfigMap"} ${JSON.stringify(name)} not found`,
        );
      return Object.fromEntries(
        Object.entries(stringMap(found, "data")).map(([key, value]) => [key, Buffer.from(value, "base64")]),
      );
    });
  } catch (error) {
    throw new SecretWriteError(
      `${prefix}could not apply template: could not execute template: could not execute template: ${error instanceof Error ? error.message : "unknown"}`,
      "could not update secret",
      true,
    );
  }
  const data: JsonObject =
    policy === "Merge" ? without(record(secret, "data"), ...ownKeys(secret, object, "f:data")) : {};
  for (const [key, value] of rendered.data) data[key] = value.toString("base64");
  const source = isObject(template)
    ? rendered
    : { labels: stringMap(object.metadata, "labels"), annotations: stringMap(object.metadata, "annotations") };
  const labels: JsonObject = {
    ...without(record(secret.metadata, "labels"), ...ownKeys(secret, object, "f:metadata", "f:labels"), OWNER_LABEL),
    ...source.labels,
    [MANAGED_LABEL]: "true",
  };
  if (policy === "Owner") labels[OWNER_LABEL] = ownerHash(namespace, nameOf(object), context.hash);
  const annotations: JsonObject = {
    ...without(record(secret.metadata, "annotations"), ...ownKeys(secret, object, "f:metadata", "f:annotations")),
    ...source.annotations,
    [HASH_ANNOTATION]: dataHash(stringMap(data), context.hash),
  };
  const type = text(template, "type") || text(secret, "type") || "Opaque";
  const owners = ownerReferences(secret, object, policy);
  const metadata: JsonObject = {
    ...without(secret.metadata, "ownerReferences"),
    labels,
    annotations,
    ...(owners.length === 0 ? {} : { ownerReferences: owners }),
  };
  const immutable = at(object, "spec", "target", "immutable") === true ? true : secret["immutable"];
  return toKubeObject({
    ...without(secret, "data"),
    metadata,
    ...(Object.keys(data).length === 0 ? {} : { data }),
    type,
    ...(immutable === undefined ? {} : { immutable }),
  });
}

function ownerReferences(secret: KubeObject, object: KubeObject, policy: string): Json[] {
  const others = list(secret.metadata, "ownerReferences").filter((each) => text(each, "uid") !== uidOf(object));
  if (policy !== "Owner") return others;
  return [
    ...others,
    {
      apiVersion: object.apiVersion,
      blockOwnerDeletion: true,
      controller: true,
      kind: object.kind,
      name: nameOf(object),
      uid: uidOf(object),
    },
  ];
}

/**
 * Makes the native Secret, or brings it to what is wanted.
 *
 * @param existing - as it is now
 * @throws SecretWriteError
 */
export function writeSecret(
  context: OperatorContext,
  object: KubeObject,
  values: Map<string, Buffer>,
  existing: KubeObject | undefined,
): void {
  const wanted = desired(context, object, values, existing);
  const options = { manager: managerOf(object) };
  try {
    if (existing === undefined) {
      context.api.create("secrets", namespaceOf(object), wanted, options);
      context.events.event(object, "Normal", "Created", "secret created");
      return;
    }
    if (equal(wanted, existing)) return;
    if (existing["immutable"] === true) {
      // Labels and annotations keep track of it even where its data is fixed.
      const dataFixed =
        !equal(record(wanted, "data"), record(existing, "data")) || text(wanted, "type") !== text(existing, "type");
      if (dataFixed) {
        const tracked = toKubeObject({ ...existing, metadata: wanted.metadata });
        if (!equal(tracked, existing))
          context.api.update("secrets", namespaceOf(object), nameOf(wanted), tracked, options);
        throw new SecretWriteError(
          `unable to update secret ${targetName(object)}: secret is immutable`,
          "could not update secret, target is immutable",
          false,
        );
      }
    }
    context.api.update("secrets", namespaceOf(object), nameOf(wanted), wanted, options);
    context.events.event(object, "Normal", "Updated", "secret updated");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new SecretWriteError(
      existing === undefined ? error.message : `unable to update secret ${targetName(object)}: ${error.message}`,
      "could not update secret",
      true,
    );
  }
}

/** Deletes native Secrets that this ExternalSecret made under another name before. */
export function deleteOrphans(context: OperatorContext, object: KubeObject): void {
  const namespace = namespaceOf(object);
  for (const name of context.ownedSecrets(namespace, ownerHash(namespace, nameOf(object), context.hash))) {
    if (name === targetName(object)) continue;
    context.api.delete("secrets", namespace, name);
    context.events.event(object, "Normal", "Deleted", "secret deleted because it was orphaned");
  }
}

/** The label that says which ExternalSecret owns a native Secret; "" where none does. */
export const ownerLabel = (secret: KubeObject): string => stringMap(secret.metadata, "labels")[OWNER_LABEL] ?? "";

import type { graphql, ResultOf, SecretUseCase, VariablesOf } from "../api/graphql.ts";
import { durationWord } from "../ui/words.tsx";
import type { CREATE_SECRET, EDITED_SECRET, PreviewedSecret, UPDATE_SECRET } from "./documents.ts";
import { mapOf, NO_PAIRS, pairsOf, type Pairs } from "./pairs.ts";

type DecodingStrategy = ReturnType<typeof graphql.scalar<"DecodingStrategy">>;
type RefreshPolicy = ReturnType<typeof graphql.scalar<"RefreshPolicy">>;
type CreationPolicy = ReturnType<typeof graphql.scalar<"CreationPolicy">>;
type DeletionPolicy = ReturnType<typeof graphql.scalar<"DeletionPolicy">>;
type CreateInput = VariablesOf<typeof CREATE_SECRET>["input"];
type UpdateInput = VariablesOf<typeof UPDATE_SECRET>["input"];
export type EditedSecret = NonNullable<ResultOf<typeof EDITED_SECRET>["secret"]>;

/** One key, as it is being written. */
export interface KeyDraft {
  /** Tells rows apart while they are moved about. */
  row: number;
  secretKey: string;
  remoteKey: string;
  property: string;
  version: string;
  decodingStrategy: DecodingStrategy;
}

/** Many keys at once, as they are being written. */
export interface SourceDraft {
  row: number;
  kind: "extract" | "find";
  key: string;
  property: string;
  version: string;
  decodingStrategy: DecodingStrategy;
  nameRegExp: string;
  path: string;
  tags: Pairs;
}

/** A secret as it is being written; empty texts stand for what is left out. */
export interface Draft {
  name: string;
  providerId: string | null;
  data: readonly KeyDraft[];
  dataFrom: readonly SourceDraft[];
  refreshPolicy: RefreshPolicy;
  refreshInterval: string;
  targetName: string;
  targetType: string;
  creationPolicy: CreationPolicy;
  deletionPolicy: DeletionPolicy;
  immutable: boolean;
  labels: Pairs;
  annotations: Pairs;
  /** The form has no field for it: it is kept as it is. */
  template: unknown;
}

let rows = 0;
export const emptyKey = (): KeyDraft => ({
  row: ++rows,
  secretKey: "",
  remoteKey: "",
  property: "",
  version: "",
  decodingStrategy: "NONE",
});
export const emptySource = (): SourceDraft => ({
  row: ++rows,
  kind: "extract",
  key: "",
  property: "",
  version: "",
  decodingStrategy: "NONE",
  nameRegExp: "",
  path: "",
  tags: NO_PAIRS,
});

export const emptyDraft = (): Draft => ({
  name: "",
  providerId: null,
  data: [emptyKey()],
  dataFrom: [],
  refreshPolicy: "PERIODIC",
  refreshInterval: "1h",
  targetName: "",
  targetType: "Opaque",
  creationPolicy: "OWNER",
  deletionPolicy: "RETAIN",
  immutable: false,
  labels: NO_PAIRS,
  annotations: NO_PAIRS,
  template: null,
});

/** A secret that is there, or what a manifest says, in the fields of the form. */
export function draftOf({ name, provider, spec }: Pick<PreviewedSecret, "name" | "provider" | "spec">): Draft {
  const { target } = spec;
  return {
    name,
    providerId: provider.id,
    data: spec.data.map((item) => ({
      row: ++rows,
      secretKey: item.secretKey,
      remoteKey: item.remoteKey,
      property: item.property ?? "",
      version: item.version ?? "",
      decodingStrategy: item.decodingStrategy,
    })),
    dataFrom: spec.dataFrom.map(({ extract, find }) => ({
      row: ++rows,
      kind: extract === null ? "find" : "extract",
      key: extract?.key ?? "",
      property: extract?.property ?? "",
      version: extract?.version ?? "",
      decodingStrategy: extract?.decodingStrategy ?? "NONE",
      nameRegExp: find?.nameRegExp ?? "",
      path: find?.path ?? "",
      tags: pairsOf(find?.tags),
    })),
    refreshPolicy: spec.refreshPolicy,
    refreshInterval: durationWord(spec.refreshInterval),
    targetName: target.name === name ? "" : target.name,
    targetType: target.type,
    creationPolicy: target.creationPolicy,
    deletionPolicy: target.deletionPolicy,
    immutable: target.immutable,
    labels: pairsOf(target.labels),
    annotations: pairsOf(target.annotations),
    template: target.template,
  };
}

const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

const dataOf = ({ data }: Draft) =>
  data.map(({ secretKey, remoteKey, property, version, decodingStrategy }) => ({
    secretKey: secretKey.trim(),
    remoteKey: remoteKey.trim(),
    property: orNull(property),
    version: orNull(version),
    decodingStrategy,
  }));

const dataFromOf = ({ dataFrom }: Draft) =>
  dataFrom.map(({ kind, key, property, version, decodingStrategy, nameRegExp, path, tags }) =>
    kind === "extract"
      ? { extract: { key: key.trim(), property: orNull(property), version: orNull(version), decodingStrategy } }
      : { find: { nameRegExp: orNull(nameRegExp), path: orNull(path), tags: mapOf(tags) } },
  );

/** What is read, and when: the same for a new secret and for a change. */
const sourceOf = (draft: Draft) => ({
  data: dataOf(draft),
  dataFrom: dataFromOf(draft),
  refreshPolicy: draft.refreshPolicy,
  refreshInterval: orNull(draft.refreshInterval),
});

/** What of the Kubernetes Secret a change says as a new one does. */
const targetOf = (draft: Draft) => ({
  name: orNull(draft.targetName),
  type: draft.targetType.trim(),
  creationPolicy: draft.creationPolicy,
  deletionPolicy: draft.deletionPolicy,
  immutable: draft.immutable,
});

/** What `createSecret` takes. @param projectId the project whose own it is to be; null: the organization's */
export const createInputOf = (
  draft: Draft,
  useCase: SecretUseCase,
  projectId: string | null,
  projectIds: readonly string[],
): CreateInput | null =>
  draft.providerId === null
    ? null
    : {
        name: draft.name.trim(),
        scope: projectId === null ? "ORGANIZATION" : "PROJECT",
        useCase,
        providerId: draft.providerId,
        ...sourceOf(draft),
        target: {
          ...targetOf(draft),
          labels: mapOf(draft.labels),
          annotations: mapOf(draft.annotations),
          template: draft.template,
        },
        ...(projectId === null ? { projectIds: [...projectIds] } : { projectId }),
      };

/** What `updateSecret` takes: what the form has no field for is left out, and stays. */
export const updateInputOf = (draft: Draft, useCase: SecretUseCase, secret: EditedSecret): UpdateInput => ({
  id: secret.id,
  expectedGeneration: secret.generation,
  useCase,
  providerId: draft.providerId,
  ...sourceOf(draft),
  target: {
    ...targetOf(draft),
    ...changed("labels", mapOf(draft.labels), secret),
    ...changed("annotations", mapOf(draft.annotations), secret),
    ...changed("template", draft.template, secret),
  },
});

const changed = (
  name: "labels" | "annotations" | "template",
  value: unknown,
  { spec: { target } }: EditedSecret,
): Record<string, unknown> => (sameJson(value, target[name]) ? {} : { [name]: value });

/** Whether two values that the API told, or that were made of what it told, are the same. */
export const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

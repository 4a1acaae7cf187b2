import type { graphql, ResultOf, SecretUseCase, VariablesOf } from "../api/graphql.ts";
import type { CREATE_SECRET, EDITED_SECRET, UPDATE_SECRET } from "./documents.ts";

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
  tags: unknown;
}

/** A secret as it is being written; empty texts stand for what is left out. */
export interface Draft {
  name: string;
  useCase: SecretUseCase;
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
  tags: null,
});

export const emptyDraft = (): Draft => ({
  name: "",
  useCase: "GENERIC",
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
});

export function draftOf(secret: EditedSecret): Draft {
  const { name, useCase, provider, spec } = secret;
  const { target } = spec;
  return {
    name,
    useCase,
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
      tags: find?.tags ?? null,
    })),
    refreshPolicy: spec.refreshPolicy,
    refreshInterval: spec.refreshInterval,
    targetName: target.name === name ? "" : target.name,
    targetType: target.type,
    creationPolicy: target.creationPolicy,
    deletionPolicy: target.deletionPolicy,
    immutable: target.immutable,
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
      : { find: { nameRegExp: orNull(nameRegExp), path: orNull(path), tags } },
  );

/** What `createSecret` takes. @param projectId the project whose own it is to be; null: the organization's */
export const createInputOf = (
  draft: Draft,
  projectId: string | null,
  projectIds: readonly string[],
): CreateInput | null =>
  draft.providerId === null
    ? null
    : {
        name: draft.name.trim(),
        scope: projectId === null ? "ORGANIZATION" : "PROJECT",
        useCase: draft.useCase,
        providerId: draft.providerId,
        data: dataOf(draft),
        dataFrom: dataFromOf(draft),
        refreshPolicy: draft.refreshPolicy,
        refreshInterval: orNull(draft.refreshInterval),
        target: {
          name: orNull(draft.targetName),
          type: draft.targetType.trim(),
          creationPolicy: draft.creationPolicy,
          deletionPolicy: draft.deletionPolicy,
          immutable: draft.immutable,
        },
        ...(projectId === null ? { projectIds: [...projectIds] } : { projectId }),
      };

/** What `updateSecret` takes: what the form has no field for is left out, and stays. */
export const updateInputOf = (draft: Draft, secret: EditedSecret): UpdateInput => ({
  id: secret.id,
  expectedGeneration: secret.generation,
  useCase: draft.useCase,
  providerId: draft.providerId,
  data: dataOf(draft),
  dataFrom: dataFromOf(draft),
  refreshPolicy: draft.refreshPolicy,
  refreshInterval: orNull(draft.refreshInterval),
  target: {
    name: orNull(draft.targetName),
    type: draft.targetType.trim(),
    creationPolicy: draft.creationPolicy,
    deletionPolicy: draft.deletionPolicy,
    immutable: draft.immutable,
  },
});

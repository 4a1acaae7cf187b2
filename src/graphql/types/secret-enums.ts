import type { AssignmentStatus, SecretScope, SecretStatus, SecretUseCase } from "../../domain/kinds.js";
import type {
  CreationPolicy,
  DecodingStrategy,
  DeletionPolicy,
  RefreshPolicy,
} from "../../domain/ports/desired-state.js";
import { enumType } from "./enum-type.js";

export const SecretScopeEnum = enumType<SecretScope>("SecretScope", "Whom a secret or a provider belongs to.", {
  ORGANIZATION: "The whole organization: shared, and assigned to projects by platform admins.",
  PROJECT: "One project, and used there alone; its members manage it.",
});

export const SecretUseCaseEnum = enumType<SecretUseCase>(
  "SecretUseCase",
  "What a secret is for: a label for people, without effect on the cluster.",
  {
    GENERIC: "Anything.",
    HUGGING_FACE: "An access token for Hugging Face.",
    S3: "Credentials for an S3 compatible object store.",
    DATABASE: "Credentials for a database.",
    IMAGE_PULL_SECRET: "Credentials for a container image registry.",
  },
);

export const SecretStatusEnum = enumType<SecretStatus>(
  "SecretStatus",
  "How far a secret is, over the assignments that the viewer may see.",
  {
    UNASSIGNED: "It is assigned to no project.",
    PENDING: "None of its assignments is synced yet, and none has failed.",
    SYNCED: "Every assignment is synced with the current spec.",
    PARTIALLY_SYNCED: "Some assignments are synced, the others are on their way.",
    SYNCED_ERROR: "At least one project reports an error of the operator or the provider.",
    FAILED: "At least one cluster refused the object, or could not be reached.",
    DELETING: "The secret is going away in every project.",
    DELETE_FAILED: "Something that should be gone is held by something; `statusReason` names it.",
  },
);

export const AssignmentStatusEnum = enumType<AssignmentStatus>(
  "AssignmentStatus",
  "How far one secret is in one project.",
  {
    PENDING: "Not applied yet, or the operator has not answered for the current spec yet.",
    SYNCED: "The operator fetched and wrote exactly the current spec.",
    SYNCED_ERROR: "The object is there, but the operator could not fetch or write; `message` has the cause.",
    FAILED: "The cluster refused the object, or could not be reached; it is tried again.",
    DELETING: "It is being removed from the cluster.",
    DELETE_FAILED: "It should be gone but something holds it; `message` says what. It is tried again.",
  },
);

export const RefreshPolicyEnum = enumType<RefreshPolicy>("RefreshPolicy", "When the operator fetches values again.", {
  PERIODIC: "Every `refreshInterval`, and when the spec changes.",
  ON_CHANGE: "Only when the spec or the object's labels or annotations change.",
  CREATED_ONCE: "Once, when it is created, and never again.",
});

export const DecodingStrategyEnum = enumType<DecodingStrategy>(
  "DecodingStrategy",
  "How the provider's value is decoded before it is written.",
  {
    NONE: "Not at all: the value is written as it is.",
    AUTO: "As Base64 or Base64 URL if it can be decoded so; else as it is.",
    BASE64: "As Base64 (RFC 4648, section 4).",
    BASE64_URL: "As Base64 for URLs (RFC 4648, section 5).",
  },
);

export const DeletionPolicyEnum = enumType<DeletionPolicy>(
  "DeletionPolicy",
  "What becomes of the native Secret when the provider's values are gone.",
  {
    DELETE: "It is deleted. Only with creation policy OWNER.",
    RETAIN: "It stays as it is.",
    MERGE: "The keys that came from the provider are removed, the Secret stays.",
  },
);

export const CreationPolicyEnum = enumType<CreationPolicy>(
  "CreationPolicy",
  "How the native Secret comes into being, and who owns it.",
  {
    OWNER: "The operator makes it and owns it: it goes when the ExternalSecret goes.",
    ORPHAN: "The operator makes it, but it stays when the ExternalSecret goes.",
    MERGE: "It must be there already; keys are merged into it.",
    NONE: "No Secret is written.",
    CREATE_OR_MERGE: "It is made where it is missing; else keys are merged into it.",
  },
);

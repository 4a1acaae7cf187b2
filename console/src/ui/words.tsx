import type { ProviderKind, SecretScope, SecretUseCase } from "../api/graphql.ts";

const KINDS: Readonly<Record<ProviderKind, { word: string; mark: string }>> = {
  VAULT: { word: "HashiCorp Vault", mark: "V" },
  AWS_SECRETS_MANAGER: { word: "AWS Secrets Manager", mark: "AWS" },
  GCP_SECRET_MANAGER: { word: "Google Secret Manager", mark: "GCP" },
  AZURE_KEY_VAULT: { word: "Azure Key Vault", mark: "AZ" },
};
export const PROVIDER_KINDS: readonly ProviderKind[] = [
  "VAULT",
  "AWS_SECRETS_MANAGER",
  "GCP_SECRET_MANAGER",
  "AZURE_KEY_VAULT",
];
export const kindWord = (kind: ProviderKind): string => KINDS[kind].word;

/** A provider by its kind's mark and its name. */
export function ProviderLabel({ kind, name }: { kind: ProviderKind; name: string }): React.JSX.Element {
  const { word, mark } = KINDS[kind];
  return (
    <span className="provider" title={word}>
      <span className="mark" aria-hidden="true">
        {mark}
      </span>
      <span className="break">{name}</span>
      <span className="hidden">({word})</span>
    </span>
  );
}

const USE_CASES: Readonly<Record<SecretUseCase, string>> = {
  GENERIC: "Generic",
  DATABASE: "Database",
  IMAGE_PULL_SECRET: "Image pull secret",
  S3: "S3",
  HUGGING_FACE: "Hugging Face",
};
export const USE_CASE_OPTIONS = Object.entries(USE_CASES).map(([id, label]) => ({ id, label }));
export const useCaseWord = (useCase: SecretUseCase): string => USE_CASES[useCase];

const SCOPES: Readonly<Record<SecretScope, string>> = { ORGANIZATION: "Organization", PROJECT: "Project" };
export const SCOPE_OPTIONS = Object.entries(SCOPES).map(([id, label]) => ({ id, label }));
export const scopeWord = (scope: SecretScope): string => SCOPES[scope];

/** "1 project", "3 projects". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`;

/** A duration as people write it: "1h0m0s" is "1h". */
export const durationWord = (duration: string): string => duration.replace(/(?<=[hm])0s$/, "").replace(/(?<=h)0m$/, "");

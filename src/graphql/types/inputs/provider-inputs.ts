import { Field, ID, InputType } from "type-graphql";
import type { ProviderKind, SecretScope } from "../../../domain/kinds.js";
import { PROVIDER_EXAMPLES } from "../../../domain/provider-examples.js";
import { JsonScalar } from "../../scalars/json.js";
import { ProviderKindEnum } from "../provider.js";
import { SecretScopeEnum } from "../secret-enums.js";

const NAMESPACES =
  "Each reference names a Secret or a service account that is in the cluster already. " +
  "An organization's provider names its `namespace` as well; a project's leaves it out: it is the project's own.";

/** The description of an `auth` field: how to write it, with an example of each method as a list in Markdown. */
function authDescription(kind: ProviderKind, intro: string): string {
  const examples = PROVIDER_EXAMPLES.filter((example) => example.kind === kind).map(({ method, input }) =>
    input["auth"] === undefined ? `- ${method}: left out` : `- ${method}: \`${JSON.stringify(input["auth"])}\``,
  );
  return [`${intro} ${NAMESPACES} One for each method:`, "", ...examples].join("\n");
}

const IN_OWN_SHAPE = "How the operator signs in, in its own shape: what stands under `auth` in its store.";

@InputType("VaultInput", { description: "HashiCorp Vault or OpenBao, the KV secrets engine." })
export class VaultInput {
  @Field(() => String, { description: 'The address, for example "https://vault.example.com:8200".' })
  server!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Where the KV engine is mounted, for example "secret"; left out, keys begin with it.',
  })
  path?: string | null;

  @Field(() => String, {
    nullable: true,
    defaultValue: "v2",
    description: 'The version of the KV engine: "v1" or "v2".',
  })
  version?: string | null;

  @Field(() => String, { nullable: true, description: "The Vault namespace (Vault Enterprise and OpenBao)." })
  namespace?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "PEM certificates that the server's certificate is checked against, as Base64.",
  })
  caBundle?: string | null;

  @Field(() => JsonScalar, { description: authDescription("VAULT", IN_OWN_SHAPE) })
  auth!: unknown;
}

@InputType("AwsInput", { description: "AWS Secrets Manager." })
export class AwsInput {
  @Field(() => String, { description: 'The region, for example "eu-central-1".' })
  region!: string;

  @Field(() => String, { nullable: true, description: "The ARN of a role that the operator assumes." })
  role?: string | null;

  @Field(() => String, { nullable: true, description: "Put before every key." })
  prefix?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: authDescription("AWS_SECRETS_MANAGER", IN_OWN_SHAPE) })
  auth?: unknown;
}

@InputType("GcpInput", { description: "Google Cloud Secret Manager." })
export class GcpInput {
  @Field(() => String, { description: "The Google Cloud project's id." })
  projectId!: string;

  @Field(() => String, { nullable: true, description: "The region of regional secrets; left out: global ones." })
  location?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: authDescription("GCP_SECRET_MANAGER", IN_OWN_SHAPE) })
  auth?: unknown;
}

@InputType("AzureInput", { description: "Azure Key Vault." })
export class AzureInput {
  @Field(() => String, { description: 'The vault\'s address, for example "https://my-vault.vault.azure.net".' })
  vaultUrl!: string;

  @Field(() => String, { nullable: true, description: "The Entra tenant's id; needed for ServicePrincipal." })
  tenantId?: string | null;

  @Field(() => String, { description: '"ServicePrincipal", "ManagedIdentity" or "WorkloadIdentity".' })
  authType!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The Azure cloud: "PublicCloud" (the default), "USGovernmentCloud", "ChinaCloud" or "GermanCloud".',
  })
  environmentType?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "ManagedIdentity: the client id of the identity, where there are several.",
  })
  identityId?: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: authDescription(
      "AZURE_KEY_VAULT",
      "How the operator signs in: `authSecretRef` or `serviceAccountRef` of its own store, as `authType` needs.",
    ),
  })
  auth?: unknown;
}

@InputType("ExistingStoreInput", {
  description: "A store that platform admins made themselves; it is read and never written.",
})
export class ExistingStoreInput {
  @Field(() => ProviderKindEnum, { description: "What kind of backend it is." })
  kind!: ProviderKind;

  @Field(() => String, {
    description: "The name of the ClusterSecretStore, or of the SecretStore in the project's namespace.",
  })
  storeName!: string;
}

@InputType("CreateProviderInput", {
  description: "A provider to make. Exactly one of `vault`, `aws`, `gcp`, `azure` and `existingStore` is given.",
})
export class CreateProviderInputType {
  @Field(() => String, {
    description:
      "A DNS-1123 subdomain: the store's name too, if we write it. Unique among the organization's providers, or the project's.",
  })
  name!: string;

  @Field(() => SecretScopeEnum, { defaultValue: "ORGANIZATION", description: "Whom it belongs to." })
  scope!: SecretScope;

  @Field(() => ID, {
    nullable: true,
    description: "The project that it belongs to: needed for scope PROJECT, refused for ORGANIZATION.",
  })
  projectId?: string | null;

  @Field(() => VaultInput, { nullable: true, description: "HashiCorp Vault or OpenBao." })
  vault?: VaultInput | null;

  @Field(() => AwsInput, { nullable: true, description: "AWS Secrets Manager." })
  aws?: AwsInput | null;

  @Field(() => GcpInput, { nullable: true, description: "Google Cloud Secret Manager." })
  gcp?: GcpInput | null;

  @Field(() => AzureInput, { nullable: true, description: "Azure Key Vault." })
  azure?: AzureInput | null;

  @Field(() => ExistingStoreInput, { nullable: true, description: "A store that is there already." })
  existingStore?: ExistingStoreInput | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Scope ORGANIZATION: the keys that members\' own secrets may use, for example "projects/{project}/"; left out: none.',
  })
  projectKeyPrefix?: string | null;
}

@InputType("UpdateProviderInput", {
  description:
    "A change of a provider. The config that is given replaces the whole of the old one; it must be of the provider's kind.",
})
export class UpdateProviderInputType {
  @Field(() => ID, { description: "The provider." })
  id!: string;

  @Field(() => VaultInput, { nullable: true, description: "The new config of a Vault; left out: it stays." })
  vault?: VaultInput | null;

  @Field(() => AwsInput, { nullable: true, description: "The new config of AWS Secrets Manager; left out: it stays." })
  aws?: AwsInput | null;

  @Field(() => GcpInput, {
    nullable: true,
    description: "The new config of Google Cloud Secret Manager; left out: it stays.",
  })
  gcp?: GcpInput | null;

  @Field(() => AzureInput, { nullable: true, description: "The new config of Azure Key Vault; left out: it stays." })
  azure?: AzureInput | null;

  @Field(() => String, {
    nullable: true,
    description: "The keys that members' own secrets may use; left out: it stays, null: none.",
  })
  projectKeyPrefix?: string | null;
}

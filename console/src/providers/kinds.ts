import type { ProviderKind } from "../api/graphql.ts";
import { AWS, AZURE, GCP } from "./cloud-forms.ts";
import type { KindForm } from "./form-parts.ts";
import { VAULT } from "./vault-form.ts";

/** The form of each kind of provider: every field of the API's inputs. The descriptions in the schema say the same in words. */
export const KIND_FORMS: Readonly<Record<ProviderKind, KindForm>> = {
  VAULT,
  AWS_SECRETS_MANAGER: AWS,
  GCP_SECRET_MANAGER: GCP,
  AZURE_KEY_VAULT: AZURE,
};

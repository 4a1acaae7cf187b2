/** A field of a provider's form, and its place in the config that the API takes. */
export interface FieldPart {
  part: "field";
  /** The way into the config: `auth.tokenSecretRef.name`. */
  path: string;
  label: string;
  placeholder?: string;
  hint?: string;
  isRequired?: boolean;
  /** Only for an organization's: a project's own provider reads from the project's namespace. */
  organizationOnly?: boolean;
  /** Filled in at the beginning. */
  initial?: string;
  /** How the config has it; a text unless said. */
  type?: "list" | "number";
  /** The only values that there are. */
  options?: readonly string[];
  /** Few people need it: it is folded away. */
  more?: boolean;
}

/** One of several ways, each with its own fields. */
export interface ChoicePart {
  part: "choice";
  /** Unlike that of every other choice of the form. */
  id: string;
  label: string;
  options: readonly ChoiceOption[];
}

export interface ChoiceOption {
  id: string;
  label: string;
  parts: readonly Part[];
  /** A config that has this path, or something under it, uses this way; left out: one that uses none of the others. */
  mark?: string;
  /** Values that go with it and nobody has to write. */
  fixed?: Readonly<Record<string, string>>;
  /** The API refuses it of members: the credential would not be their project's. */
  adminsOnly?: boolean;
}

export type Part = FieldPart | ChoicePart;

/** The form of a kind of backend. */
export interface KindForm {
  /** The part of the input that takes the config. */
  input: "vault" | "aws" | "gcp" | "azure";
  /** Where it is. */
  place: readonly Part[];
  /** How the operator signs in. */
  auth: readonly Part[];
}

export const field = (
  path: string,
  label: string,
  more: Omit<FieldPart, "part" | "path" | "label"> = {},
): FieldPart => ({
  part: "field",
  path,
  label,
  ...more,
});

export const choice = (id: string, label: string, options: readonly ChoiceOption[]): ChoicePart => ({
  part: "choice",
  id,
  label,
  options,
});

/** A reference to an entry of a Secret that is in the cluster already. */
export const secret = (path: string, what: string, key: string): FieldPart[] => [
  field(`${path}.name`, `${what}: Secret`, { isRequired: true }),
  field(`${path}.namespace`, `${what}: its namespace`, { isRequired: true, organizationOnly: true }),
  field(`${path}.key`, `${what}: key in it`, { isRequired: true, initial: key }),
];

/** The same where it may be left out: folded away, and empty at the beginning. */
export const optionalSecret = (path: string, what: string, key: string): FieldPart[] => [
  field(`${path}.name`, `${what}: Secret`, { more: true, placeholder: "none" }),
  field(`${path}.namespace`, `${what}: its namespace`, { more: true, organizationOnly: true, placeholder: "none" }),
  field(`${path}.key`, `${what}: key in it`, { more: true, placeholder: key }),
];

export const serviceAccount = (path: string): FieldPart[] => [
  field(`${path}.name`, "Service account", { isRequired: true }),
  field(`${path}.namespace`, "Its namespace", { isRequired: true, organizationOnly: true }),
  field(`${path}.audiences`, "Audiences of its token", {
    type: "list",
    more: true,
    placeholder: "the operator's",
    hint: "Several are parted by commas.",
  }),
];

/** What the operator does where no credential is named. */
export const ITSELF: ChoiceOption = { id: "none", label: "The operator's own identity", parts: [], adminsOnly: true };

import { sameJson, type Draft, type EditedSecret } from "./draft.ts";
import type { PreviewedSecret } from "./documents.ts";
import type { Preview } from "./preview.ts";

/** What is written: the fields of the form and the YAML, and which of both say the same. */
export interface Written {
  draft: Draft;
  text: string;
  /** The pair that was made out of one another; null: none was yet. */
  alike: { draft: Draft; text: string } | null;
}

/** What a manifest can say and the form cannot. A secret that is there has parts of its own, which saving the form keeps. */
interface Rest {
  other: unknown;
  labels: unknown;
  annotations: unknown;
}

const NO_REST: Rest = { other: null, labels: {}, annotations: {} };
export const restOf = (secret: PreviewedSecret | null): Rest =>
  secret === null ? NO_REST : { other: secret.spec.other, labels: secret.labels, annotations: secret.annotations };

/** The form as YAML. @returns why it cannot be written so now, in words; or what is then written */
export function toYaml(written: Written, untouched: Draft, preview: Preview): Written | string {
  const { draft, text, alike } = written;
  if (alike?.draft === draft) return { ...written, text: alike.text };
  if (draft === untouched) return text === "" ? written : { ...written, text: "" };
  if (preview.loading) return "One moment: the form is being checked.";
  if (preview.secret === null) return "Give it a name, a provider and its keys first: then it can be written as YAML.";
  return { draft, text: preview.secret.manifest, alike: { draft, text: preview.secret.manifest } };
}

/** The YAML in the fields of the form. @returns why it cannot be, in words; or what is then written */
export function toForm(
  written: Written,
  untouched: Draft,
  preview: Preview,
  base: Rest,
  draftOf: (secret: PreviewedSecret) => Draft,
): Written | string {
  const { text, alike } = written;
  if (alike?.text === text) return { ...written, draft: alike.draft };
  if (text.trim() === "") return { ...written, draft: untouched };
  if (preview.loading) return "One moment: the YAML is being checked.";
  if (preview.secret === null) return "Mend the YAML first: its fields cannot be read as it is.";
  const rest = restOf(preview.secret);
  const beyond = [
    ...(sameJson(rest.other, base.other) ? [] : ["parts of the spec"]),
    ...(sameJson(rest.labels, base.labels) ? [] : ["labels of the ExternalSecret"]),
    ...(sameJson(rest.annotations, base.annotations) ? [] : ["annotations of the ExternalSecret"]),
  ];
  if (beyond.length > 0) return `The form has no fields for what the YAML says: ${beyond.join(", ")}. Go on in YAML.`;
  const draft = draftOf(preview.secret);
  return { draft, text, alike: { draft, text } };
}

/** What an editor begins with. */
export function beginning(secret: EditedSecret | null, asItIs: PreviewedSecret | null, draft: Draft): Written {
  const text = asItIs?.manifest ?? "";
  return { draft, text, alike: secret === null || asItIs === null ? null : { draft, text } };
}

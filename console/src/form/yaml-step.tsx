import type { SecretUseCase } from "../api/graphql.ts";
import YamlEditor from "../ui/yaml-editor.tsx";
import type { PreviewProblem } from "./preview.ts";
import { sentence } from "./problems.ts";
import { Step } from "./step.tsx";
import { UseCaseField } from "./use-case-field.tsx";

const PLACEHOLDER = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: payments-database
spec:
  secretStoreRef:
    name: corporate-vault
    kind: ClusterSecretStore
  data:
    - secretKey: password
      remoteRef:
        key: team-a/db
        property: password`;

/** The ExternalSecret as YAML, checked by the same rules as the form. */
export function YamlStep({
  text,
  isNew,
  problems,
  useCase,
  onUseCase,
  onChange,
}: {
  text: string;
  isNew: boolean;
  problems: readonly PreviewProblem[];
  useCase: SecretUseCase;
  onUseCase: (useCase: SecretUseCase) => void;
  onChange: (text: string) => void;
}): React.JSX.Element {
  return (
    <Step number={1} title="The ExternalSecret">
      <YamlEditor
        label="YAML"
        value={text}
        onChange={onChange}
        placeholder={PLACEHOLDER}
        problems={problems.flatMap(({ path, line, message }) =>
          line === null ? [] : [{ line, message: told(path, message) }],
        )}
      />
      <p className="field-hint">
        One document. {isNew ? "Its name becomes the secret's" : "Its name stays the secret's"}; what a server fills in
        is ignored, and comments are not kept.
      </p>
      <UseCaseField value={useCase} onChange={onUseCase} />
    </Step>
  );
}

/** The path from the manifest's root, and what is wrong there. */
const told = ([, ...path]: readonly string[], message: string): string =>
  path.length === 0 ? sentence(message) : `${path.join(".")}: ${message}`;

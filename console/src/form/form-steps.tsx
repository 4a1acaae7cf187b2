import type { SecretUseCase } from "../api/graphql.ts";
import { useIsAdmin } from "../shell/viewer.tsx";
import { TextField } from "../ui/fields.tsx";
import type { Draft } from "./draft.ts";
import { KeyFields } from "./key-fields.tsx";
import type { FieldProblems } from "./problems.ts";
import { ProviderField } from "./provider-field.tsx";
import { Step } from "./step.tsx";
import { TargetFields } from "./target-fields.tsx";
import { UseCaseField } from "./use-case-field.tsx";

/** Paths that have a field on the page; problems elsewhere are listed beside the preview. */
export const FIELDS =
  /^(?:name|providerId|refreshInterval|refreshPolicy|target\.(?:name|type|creationPolicy|deletionPolicy|labels|annotations)|data\.\d+\.(?:secretKey|remoteKey|property|version|decodingStrategy)|dataFrom\.\d+(?:\.(?:extract\.(?:key|property|version|decodingStrategy)|find\.(?:nameRegExp|path|tags)))?)$/;

/** The first three steps of a secret: what it is, its keys, and the Kubernetes Secret that they go into. */
export function FormSteps({
  draft,
  isNew,
  project,
  useCase,
  onUseCase,
  onChange,
  problems,
}: {
  draft: Draft;
  isNew: boolean;
  /** The project whose own it is; null: the organization's. */
  project: { id: string; name: string } | null;
  useCase: SecretUseCase;
  onUseCase: (useCase: SecretUseCase) => void;
  onChange: (part: Partial<Draft>) => void;
  problems: FieldProblems;
}): React.JSX.Element {
  const isAdmin = useIsAdmin();
  return (
    <>
      <Step number={1} title="What it is, and where its values are">
        <div className="group-fields">
          {isNew && (
            <TextField
              label="Name"
              value={draft.name}
              onChange={(name) => {
                problems.touch("name");
                onChange({ name });
              }}
              hint="Lower case letters, digits, - and . It never changes."
              placeholder="payments-database"
              problems={problems.at("name")}
              isRequired
            />
          )}
          <UseCaseField value={useCase} onChange={onUseCase} />
          <ProviderField
            value={draft.providerId}
            project={project}
            onChange={(providerId) => onChange({ providerId })}
            problems={problems.at("providerId")}
          />
        </div>
      </Step>
      <Step number={2} title="Its keys">
        <KeyFields draft={draft} onChange={onChange} problems={problems} />
      </Step>
      <Step number={3} title="The Kubernetes Secret">
        <TargetFields draft={draft} onChange={onChange} problems={problems} isMember={!isAdmin} />
      </Step>
    </>
  );
}

import { Checkbox, SelectField, TextField } from "../ui/fields.tsx";
import { More } from "../ui/more.tsx";
import type { Draft } from "./draft.ts";
import { PairsField } from "./pairs-field.tsx";
import type { FieldProblems } from "./problems.ts";

const CREATION = [
  { id: "OWNER", label: "Made, and removed with the assignment" },
  { id: "ORPHAN", label: "Made, and left when the assignment goes" },
  { id: "MERGE", label: "Keys are merged into one that is there" },
  { id: "CREATE_OR_MERGE", label: "Made where it is missing, else merged" },
  { id: "NONE", label: "Not written" },
] as const;
const DELETION = [
  { id: "RETAIN", label: "Keep the Secret as it is" },
  { id: "DELETE", label: "Delete the Secret" },
  { id: "MERGE", label: "Remove the keys, keep the Secret" },
] as const;
const REFRESH = [
  { id: "PERIODIC", label: "Again and again" },
  { id: "ON_CHANGE", label: "Only when this is changed" },
  { id: "CREATED_ONCE", label: "Once" },
] as const;

/** What becomes of the values in a namespace, and how often they are fetched. */
export function TargetFields({
  draft,
  onChange,
  problems,
  isMember,
}: {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  problems: FieldProblems;
  /** Members may not choose who owns the Secret: it is always its ExternalSecret. */
  isMember: boolean;
}): React.JSX.Element {
  const pick = <T extends string>(options: readonly { id: T }[], id: string): T | undefined =>
    options.find((option) => option.id === id)?.id;
  return (
    <div className="stack">
      <p className="small muted">
        The operator writes the values into a Secret in the namespace of each project that gets them. What stands here
        is right for most.
      </p>
      <div className="group-fields">
        <TextField
          label="Name of the Kubernetes Secret"
          value={draft.targetName}
          placeholder={draft.name === "" ? "the secret's own name" : draft.name}
          problems={problems.at("target", "name")}
          onChange={(targetName) => {
            problems.touch("target", "name");
            onChange({ targetName });
          }}
        />
        <TextField
          label="Type"
          value={draft.targetType}
          hint="Opaque, or for example kubernetes.io/dockerconfigjson"
          problems={problems.at("target", "type")}
          onChange={(targetType) => {
            problems.touch("target", "type");
            onChange({ targetType });
          }}
        />
        <SelectField
          label="Values are fetched"
          value={draft.refreshPolicy}
          options={REFRESH}
          problems={problems.at("refreshPolicy")}
          onChange={(id) => onChange({ refreshPolicy: pick(REFRESH, id) ?? draft.refreshPolicy })}
        />
        {draft.refreshPolicy === "PERIODIC" && (
          <TextField
            label="How often"
            value={draft.refreshInterval}
            hint="Such as 15m, 1h or 24h; 0 for never"
            problems={problems.at("refreshInterval")}
            onChange={(refreshInterval) => {
              problems.touch("refreshInterval");
              onChange({ refreshInterval });
            }}
          />
        )}
      </div>
      <More
        label="More about the Kubernetes Secret"
        isUsed={
          draft.immutable ||
          draft.creationPolicy !== "OWNER" ||
          draft.deletionPolicy !== "RETAIN" ||
          [...problems.at("target", "creationPolicy"), ...problems.at("target", "deletionPolicy")].length > 0 ||
          [draft.labels, draft.annotations].some(({ text, kept }) => text !== "" || kept !== null) ||
          draft.template !== null ||
          [...problems.at("target", "labels"), ...problems.at("target", "annotations")].length > 0
        }
      >
        <div className="stack">
          <div className="group-fields">
            {!isMember && (
              <SelectField
                label="The Kubernetes Secret is"
                value={draft.creationPolicy}
                options={CREATION}
                problems={problems.at("target", "creationPolicy")}
                onChange={(id) => onChange({ creationPolicy: pick(CREATION, id) ?? draft.creationPolicy })}
              />
            )}
            <SelectField
              label="When the provider's values are gone"
              value={draft.deletionPolicy}
              options={DELETION}
              problems={problems.at("target", "deletionPolicy")}
              onChange={(id) => onChange({ deletionPolicy: pick(DELETION, id) ?? draft.deletionPolicy })}
            />
            <PairsField
              label="Labels"
              value={draft.labels}
              onChange={(labels) => onChange({ labels })}
              problems={problems.at("target", "labels")}
              touch={() => problems.touch("target", "labels")}
            />
            <PairsField
              label="Annotations"
              value={draft.annotations}
              onChange={(annotations) => onChange({ annotations })}
              problems={problems.at("target", "annotations")}
              touch={() => problems.touch("target", "annotations")}
            />
          </div>
          {draft.template !== null && (
            <p className="small muted">It has a template, which stays as it is: the YAML shows and changes it.</p>
          )}
          <Checkbox isSelected={draft.immutable} onChange={(immutable) => onChange({ immutable })}>
            Kubernetes refuses every later change of it (immutable)
          </Checkbox>
        </div>
      </More>
    </div>
  );
}

import { Button } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { emptyKey, emptySource, type Draft, type KeyDraft, type SourceDraft } from "./draft.ts";
import type { FieldProblems } from "./problems.ts";

interface KeyFieldsProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  problems: FieldProblems;
}

/** Which values, and under which keys. */
export function KeyFields({ draft, onChange, problems }: KeyFieldsProps): React.JSX.Element {
  const { data, dataFrom } = draft;
  const setKey = (index: number, part: Partial<KeyDraft>): void => {
    for (const name of Object.keys(part)) problems.touch("data", index, name);
    onChange({ data: data.map((item, at) => (at === index ? { ...item, ...part } : item)) });
  };
  const setSource = (index: number, part: Partial<SourceDraft>): void =>
    onChange({ dataFrom: dataFrom.map((item, at) => (at === index ? { ...item, ...part } : item)) });
  return (
    <div className="stack">
      {data.map((item, index) => (
        <fieldset className="group" key={item.row}>
          <legend className="hidden">Key {index + 1}</legend>
          <div className="group-fields">
            <TextField
              label="Key in the Kubernetes Secret"
              value={item.secretKey}
              placeholder="password"
              problems={problems.at("data", index, "secretKey")}
              onChange={(secretKey) => setKey(index, { secretKey })}
              isRequired
            />
            <TextField
              label="Key in the provider"
              value={item.remoteKey}
              placeholder="team-a/db"
              problems={problems.at("data", index, "remoteKey")}
              onChange={(remoteKey) => setKey(index, { remoteKey })}
              isRequired
            />
            <TextField
              label="Property"
              value={item.property}
              placeholder="the whole of it"
              problems={problems.at("data", index, "property")}
              onChange={(property) => setKey(index, { property })}
            />
            <TextField
              label="Version"
              value={item.version}
              placeholder="the newest"
              problems={problems.at("data", index, "version")}
              onChange={(version) => setKey(index, { version })}
            />
          </div>
          <Button
            small
            look="quiet"
            icon="cross"
            aria-label={`Remove key ${item.secretKey === "" ? index + 1 : item.secretKey}`}
            onPress={() => onChange({ data: data.filter((_, at) => at !== index) })}
          >
            Remove
          </Button>
        </fieldset>
      ))}
      {dataFrom.map((item, index) => (
        <fieldset className="group" key={item.row}>
          <legend className="hidden">Source of many keys {index + 1}</legend>
          <div className="group-fields">
            <SelectField
              label="Many keys at once"
              value={item.kind}
              options={SOURCES}
              problems={problems.at("dataFrom", index)}
              onChange={(kind) => setSource(index, { kind: kind === "find" ? "find" : "extract" })}
            />
            {item.kind === "extract" ? (
              <TextField
                label="Key in the provider"
                value={item.key}
                problems={problems.at("dataFrom", index, "extract", "key")}
                onChange={(key) => setSource(index, { key })}
                isRequired
              />
            ) : (
              <>
                <TextField
                  label="Names like (regular expression)"
                  value={item.nameRegExp}
                  problems={problems.at("dataFrom", index, "find", "nameRegExp")}
                  onChange={(nameRegExp) => setSource(index, { nameRegExp })}
                />
                <TextField
                  label="Under this path"
                  value={item.path}
                  problems={problems.at("dataFrom", index, "find", "path")}
                  onChange={(path) => setSource(index, { path })}
                />
              </>
            )}
          </div>
          <Button
            small
            look="quiet"
            icon="cross"
            aria-label={`Remove source ${index + 1}`}
            onPress={() => onChange({ dataFrom: dataFrom.filter((_, at) => at !== index) })}
          >
            Remove
          </Button>
        </fieldset>
      ))}
      <div className="row">
        <Button icon="plus" onPress={() => onChange({ data: [...data, emptyKey()] })}>
          Add key
        </Button>
        <Button look="quiet" icon="plus" onPress={() => onChange({ dataFrom: [...dataFrom, emptySource()] })}>
          Add many keys at once
        </Button>
      </div>
    </div>
  );
}

const SOURCES = [
  { id: "extract", label: "All properties of one secret" },
  { id: "find", label: "All secrets that a search finds" },
] as const;

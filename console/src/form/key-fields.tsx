import { Button } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { More } from "../ui/more.tsx";
import { DecodingField } from "./decoding-field.tsx";
import { emptyKey, emptySource, type Draft, type KeyDraft, type SourceDraft } from "./draft.ts";
import { PairsField } from "./pairs-field.tsx";
import type { FieldProblems } from "./problems.ts";

interface KeyFieldsProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  problems: FieldProblems;
}

/** Which values, and under which keys. */
export function KeyFields({ draft, onChange, problems }: KeyFieldsProps): React.JSX.Element {
  const { data, dataFrom } = draft;
  return (
    <div className="stack">
      <p className="small muted">
        Each takes one value out of the provider, by reference, and writes it under a key of the Kubernetes Secret.
      </p>
      {data.map((item, index) => (
        <KeyRow
          key={item.row}
          item={item}
          index={index}
          problems={problems}
          onChange={(part) => onChange({ data: data.map((one, at) => (at === index ? { ...one, ...part } : one)) })}
          onRemove={() => onChange({ data: data.filter((_, at) => at !== index) })}
        />
      ))}
      {dataFrom.map((item, index) => (
        <SourceRow
          key={item.row}
          item={item}
          index={index}
          problems={problems}
          onChange={(part) =>
            onChange({ dataFrom: dataFrom.map((one, at) => (at === index ? { ...one, ...part } : one)) })
          }
          onRemove={() => onChange({ dataFrom: dataFrom.filter((_, at) => at !== index) })}
        />
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

interface RowProps<Item> {
  item: Item;
  index: number;
  problems: FieldProblems;
  onChange: (part: Partial<Item>) => void;
  onRemove: () => void;
}

function KeyRow({ item, index, problems, onChange, onRemove }: RowProps<KeyDraft>): React.JSX.Element {
  const at = (name: keyof KeyDraft): string[] => problems.at("data", index, name);
  const set = (part: Partial<KeyDraft>): void => {
    for (const name of Object.keys(part)) problems.touch("data", index, name);
    onChange(part);
  };
  return (
    <fieldset className="group">
      <legend className="hidden">Key {index + 1}</legend>
      <div className="group-fields">
        <TextField
          label="Key in the Kubernetes Secret"
          value={item.secretKey}
          placeholder="password"
          problems={at("secretKey")}
          onChange={(secretKey) => set({ secretKey })}
          isRequired
        />
        <TextField
          label="Key in the provider"
          value={item.remoteKey}
          placeholder="team-a/db"
          problems={at("remoteKey")}
          onChange={(remoteKey) => set({ remoteKey })}
          isRequired
        />
        <TextField
          label="Property"
          value={item.property}
          placeholder="the whole of it"
          problems={at("property")}
          onChange={(property) => set({ property })}
        />
        <TextField
          label="Version"
          value={item.version}
          placeholder="the newest"
          problems={at("version")}
          onChange={(version) => set({ version })}
        />
        <div className="group-more">
          <More
            label="More about this key"
            isUsed={item.decodingStrategy !== "NONE" || at("decodingStrategy").length > 0}
          >
            <DecodingField
              value={item.decodingStrategy}
              onChange={(decodingStrategy) => set({ decodingStrategy })}
              problems={at("decodingStrategy")}
            />
          </More>
        </div>
      </div>
      <Button
        small
        look="quiet"
        icon="cross"
        aria-label={`Remove key ${item.secretKey === "" ? index + 1 : item.secretKey}`}
        onPress={onRemove}
      >
        Remove
      </Button>
    </fieldset>
  );
}

function SourceRow({ item, index, problems, onChange, onRemove }: RowProps<SourceDraft>): React.JSX.Element {
  const under = item.kind;
  const at = (name: keyof SourceDraft): string[] => problems.at("dataFrom", index, under, name);
  const set = (part: Partial<SourceDraft>): void => {
    for (const name of Object.keys(part)) problems.touch("dataFrom", index, under, name);
    onChange(part);
  };
  return (
    <fieldset className="group">
      <legend className="hidden">Source of many keys {index + 1}</legend>
      <div className="group-fields">
        <SelectField
          label="Many keys at once"
          value={item.kind}
          options={SOURCES}
          problems={problems.at("dataFrom", index)}
          onChange={(kind) => onChange({ kind: kind === "find" ? "find" : "extract" })}
        />
        {item.kind === "extract" ? (
          <>
            <TextField
              label="Key in the provider"
              value={item.key}
              problems={at("key")}
              onChange={(key) => set({ key })}
              isRequired
            />
            <div className="group-more">
              <More
                label="More about this source"
                isUsed={item.property !== "" || item.version !== "" || item.decodingStrategy !== "NONE"}
              >
                <div className="group-fields">
                  <TextField
                    label="Property that holds them"
                    value={item.property}
                    placeholder="the whole of it"
                    problems={at("property")}
                    onChange={(property) => set({ property })}
                  />
                  <TextField
                    label="Version"
                    value={item.version}
                    placeholder="the newest"
                    problems={at("version")}
                    onChange={(version) => set({ version })}
                  />
                  <DecodingField
                    value={item.decodingStrategy}
                    onChange={(decodingStrategy) => set({ decodingStrategy })}
                    problems={at("decodingStrategy")}
                  />
                </div>
              </More>
            </div>
          </>
        ) : (
          <>
            <TextField
              label="Names like (regular expression)"
              value={item.nameRegExp}
              problems={at("nameRegExp")}
              onChange={(nameRegExp) => set({ nameRegExp })}
            />
            <TextField
              label="Under this path"
              value={item.path}
              problems={at("path")}
              onChange={(path) => set({ path })}
            />
            <PairsField
              label="With these tags"
              value={item.tags}
              onChange={(tags) => set({ tags })}
              problems={at("tags")}
              touch={() => problems.touch("dataFrom", index, "find", "tags")}
            />
          </>
        )}
      </div>
      <Button small look="quiet" icon="cross" aria-label={`Remove source ${index + 1}`} onPress={onRemove}>
        Remove
      </Button>
    </fieldset>
  );
}

const SOURCES = [
  { id: "extract", label: "All properties of one secret" },
  { id: "find", label: "All secrets that a search finds" },
] as const;

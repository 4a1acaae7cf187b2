import { SelectField, TextField } from "../ui/fields.tsx";
import { More } from "../ui/more.tsx";
import { chosenOption, isShown, optionsOf, type Chosen, type Circumstances, type ConfigDraft } from "./config.ts";
import type { ChoicePart, FieldPart, Part } from "./form-parts.ts";

export interface ConfigFieldsProps {
  draft: ConfigDraft;
  chosen: Chosen;
  circumstances: Circumstances;
  onDraft: (path: string, value: string) => void;
  onChoose: (choiceId: string, optionId: string) => void;
  /** What is wrong at a path of the config. */
  at: (path: string) => string[];
}

/** The fields of a config: what everybody needs, the ways to choose among, and folded away what few need. */
export function ConfigFields({
  parts,
  moreLabel,
  ...props
}: ConfigFieldsProps & {
  parts: readonly Part[];
  /** The words on what is folded away. */
  moreLabel: string;
}): React.JSX.Element {
  const shown = parts.filter((part) => part.part === "choice" || isShown(part, props.circumstances));
  const folded = shown.filter((part) => part.part === "field").filter(({ more = false }) => more);
  const isUsed = folded.some(
    ({ path, initial = "" }) => (props.draft[path] ?? initial) !== initial || props.at(path).length > 0,
  );
  const asField = (part: FieldPart): React.JSX.Element => <ConfigField key={part.path} field={part} {...props} />;
  return (
    <div className="stack">
      {inGroups(shown).map((group) =>
        Array.isArray(group) ? (
          <div className="group-fields" key={group[0]?.path}>
            {group.map(asField)}
          </div>
        ) : (
          <Choice key={group.id} part={group} {...props} />
        ),
      )}
      {folded.length > 0 && (
        <More label={moreLabel} isUsed={isUsed}>
          <div className="group-fields">{folded.map(asField)}</div>
        </More>
      )}
    </div>
  );
}

/** Fields that stand beside each other are laid out together; each choice stands by itself. */
function inGroups(parts: readonly Part[]): (FieldPart[] | ChoicePart)[] {
  const groups: (FieldPart[] | ChoicePart)[] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (part.part === "choice") groups.push(part);
    else if (part.more !== true) {
      if (Array.isArray(last)) last.push(part);
      else groups.push([part]);
    }
  }
  return groups;
}

function Choice({ part, ...props }: ConfigFieldsProps & { part: ChoicePart }): React.JSX.Element {
  const { chosen, circumstances, onChoose, at } = props;
  const option = chosenOption(part, chosen, circumstances);
  const options = optionsOf(part, chosen, circumstances);
  return (
    <div className="stack">
      {options.length > 1 && (
        <div className="group-fields">
          <SelectField
            label={part.label}
            value={option?.id ?? null}
            onChange={(id) => onChoose(part.id, id)}
            options={options}
            problems={at(part.id)}
          />
        </div>
      )}
      {option !== undefined && option.parts.length > 0 && (
        <ConfigFields key={option.id} parts={option.parts} moreLabel={`More about: ${option.label}`} {...props} />
      )}
    </div>
  );
}

function ConfigField({
  field: { path, label, placeholder, hint, isRequired = false, initial = "", options },
  draft,
  onDraft,
  at,
}: ConfigFieldsProps & { field: FieldPart }): React.JSX.Element {
  const value = draft[path] ?? initial;
  const onChange = (text: string): void => onDraft(path, text);
  if (options !== undefined)
    return (
      <SelectField
        label={label}
        value={value}
        onChange={onChange}
        options={options.map((id) => ({ id, label: id }))}
        problems={at(path)}
      />
    );
  return <TextField {...{ label, value, onChange, placeholder, hint, isRequired }} problems={at(path)} />;
}

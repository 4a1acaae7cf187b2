import { TextField } from "../ui/fields.tsx";
import { NO_PAIRS, type Pairs } from "./pairs.ts";

/** A map of texts, one `name=value` on each line. */
export function PairsField({
  label,
  value,
  onChange,
  problems,
  touch,
}: {
  label: string;
  value: Pairs;
  onChange: (value: Pairs) => void;
  problems: readonly string[];
  touch: () => void;
}): React.JSX.Element {
  if (value.kept !== null)
    return (
      <p className="small muted">
        {label}: some have several lines. They stay as they are: the YAML shows and changes them.
      </p>
    );
  return (
    <TextField
      label={label}
      value={value.text}
      onChange={(text) => {
        touch();
        onChange({ ...NO_PAIRS, text });
      }}
      rows={2}
      mono
      hint="One on each line: name=value"
      placeholder="none"
      problems={problems}
    />
  );
}

import { useEffect, useState } from "react";
import { Input, Label, SearchField } from "react-aria-components";

/** After the last key of a search, in milliseconds. */
const TYPING_PAUSE = 250;

/** A search that is asked once nobody types any more. */
export function Search({
  label,
  placeholder = "Search by name …",
  value,
  onChange,
  autoFocus = false,
}: {
  /** Read aloud; not shown. */
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  autoFocus?: boolean;
}): React.JSX.Element {
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  if (value !== told) {
    setTold(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), TYPING_PAUSE);
    return () => clearTimeout(timer);
  });
  return (
    <SearchField
      className="field"
      value={text}
      onChange={setText}
      onSubmit={onChange}
      onClear={() => onChange("")}
      autoFocus={autoFocus}
    >
      <Label className="hidden">{label}</Label>
      <Input className="input" placeholder={placeholder} />
    </SearchField>
  );
}

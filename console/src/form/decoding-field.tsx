import type { Draft } from "./draft.ts";
import { SelectField } from "../ui/fields.tsx";

type DecodingStrategy = Draft["data"][number]["decodingStrategy"];

const DECODING = [
  { id: "NONE", label: "As it is" },
  { id: "BASE64", label: "Base64" },
  { id: "BASE64_URL", label: "Base64 for URLs" },
  { id: "AUTO", label: "Base64 where it can be" },
] as const satisfies readonly { id: DecodingStrategy; label: string }[];

/** How a value is decoded before it is written. */
export function DecodingField({
  value,
  onChange,
  problems,
}: {
  value: DecodingStrategy;
  onChange: (value: DecodingStrategy) => void;
  problems: readonly string[];
}): React.JSX.Element {
  return (
    <SelectField
      label="Decoded"
      value={value}
      options={DECODING}
      problems={problems}
      onChange={(id) => onChange(DECODING.find((one) => one.id === id)?.id ?? value)}
    />
  );
}

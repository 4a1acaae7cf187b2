import type { SecretUseCase } from "../api/graphql.ts";
import { SelectField } from "../ui/fields.tsx";
import { USE_CASE_OPTIONS } from "../ui/words.tsx";

const USE_CASES = ["GENERIC", "DATABASE", "IMAGE_PULL_SECRET", "S3", "HUGGING_FACE"] as const;

/** What a secret is for: a label for people. */
export function UseCaseField({
  value,
  onChange,
}: {
  value: SecretUseCase;
  onChange: (useCase: SecretUseCase) => void;
}): React.JSX.Element {
  return (
    <SelectField
      label="What it is for"
      value={value}
      options={USE_CASE_OPTIONS}
      onChange={(id) => onChange(USE_CASES.find((one) => one === id) ?? value)}
    />
  );
}

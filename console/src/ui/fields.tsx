import {
  Button,
  Checkbox as AriaCheckbox,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Text,
  TextArea,
  TextField as AriaTextField,
} from "react-aria-components";
import { Icon } from "./icon.tsx";

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  /** What the server refuses about it. */
  problems?: readonly string[] | undefined;
  placeholder?: string | undefined;
  isRequired?: boolean;
  isDisabled?: boolean;
  /** More than one: a text of that many lines. */
  rows?: number;
  autoFocus?: boolean;
  mono?: boolean;
  hideLabel?: boolean;
}

function Messages({ hint, problems = [] }: Pick<FieldProps, "hint" | "problems">): React.JSX.Element {
  return (
    <>
      {hint !== undefined && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      {problems.length > 0 && (
        <Text slot="errorMessage" className="field-error">
          {problems.join(" ")}
        </Text>
      )}
    </>
  );
}

/** One line of text, or several. */
export function TextField(props: FieldProps): React.JSX.Element {
  const { label, value, onChange, hint, problems = [], placeholder, rows, mono = false, hideLabel = false } = props;
  const { isRequired = false, isDisabled = false, autoFocus = false } = props;
  return (
    <AriaTextField
      className="field"
      value={value}
      onChange={onChange}
      isInvalid={problems.length > 0}
      validationBehavior="aria"
      {...{ isRequired, isDisabled, autoFocus }}
    >
      <Label className={hideLabel ? "hidden" : "label"}>
        {label}
        {isRequired && <span aria-hidden="true"> *</span>}
      </Label>
      {rows === undefined ? (
        <Input
          className={`input${mono ? " mono" : ""}`}
          placeholder={placeholder ?? ""}
          spellCheck={false}
          autoComplete="off"
        />
      ) : (
        <TextArea className={mono ? "mono" : ""} rows={rows} placeholder={placeholder ?? ""} spellCheck={!mono} />
      )}
      <Messages hint={hint} problems={problems} />
    </AriaTextField>
  );
}

export interface Option {
  id: string;
  label: string;
}

/** One of a few. */
export function SelectField({
  label,
  value,
  onChange,
  options,
  hint,
  problems = [],
  placeholder = "Choose …",
  isRequired = false,
}: {
  label: string;
  value: string | null;
  onChange: (value: string) => void;
  options: readonly Option[];
  hint?: string;
  problems?: readonly string[];
  placeholder?: string;
  isRequired?: boolean;
}): React.JSX.Element {
  return (
    <AriaSelect
      className="field"
      value={value}
      onChange={(key) => key !== null && onChange(String(key))}
      isInvalid={problems.length > 0}
      validationBehavior="aria"
      placeholder={placeholder}
    >
      <Label className="label">
        {label}
        {isRequired && <span aria-hidden="true"> *</span>}
      </Label>
      <Button className="select-button">
        <SelectValue />
        <Icon name="down" />
      </Button>
      <Messages hint={hint} problems={problems} />
      <Popover className="popover">
        <ListBox className="listbox" items={options}>
          {(option) => (
            <ListBoxItem className="option" textValue={option.label}>
              <span>{option.label}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export function Checkbox({
  isSelected,
  onChange,
  children,
}: {
  isSelected: boolean;
  onChange: (selected: boolean) => void;
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <AriaCheckbox className="checkbox" isSelected={isSelected} onChange={onChange}>
      <span className="box" aria-hidden="true">
        <Icon name="check" />
      </span>
      {children}
    </AriaCheckbox>
  );
}

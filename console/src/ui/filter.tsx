import { useState } from "react";
import {
  Autocomplete,
  Button,
  Dialog,
  DialogTrigger,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  useFilter,
} from "react-aria-components";
import type { Option } from "./fields.tsx";
import { Icon } from "./icon.tsx";
import { Search } from "./search.tsx";

/** A filter of a list: a button that says what is chosen, and opens what can be. */
export function Filter({
  label,
  options,
  selected,
  onChange,
  multiple = false,
  onSearch,
}: {
  label: string;
  options: readonly Option[];
  selected: readonly string[];
  onChange: (selected: string[]) => void;
  multiple?: boolean;
  /** Looks for options elsewhere: there are more than are given. */
  onSearch?: (text: string) => void;
}): React.JSX.Element {
  const { contains } = useFilter({ sensitivity: "base" });
  const [open, setOpen] = useState(false);
  const words = options.filter(({ id }) => selected.includes(id)).map((option) => option.label);
  const list = (
    <ListBox
      className="listbox"
      aria-label={label}
      selectionMode={multiple ? "multiple" : "single"}
      // It closes what is open, and changes nothing of what was chosen.
      escapeKeyBehavior="none"
      items={options}
      selectedKeys={selected}
      renderEmptyState={() => <p className="option muted">Nothing of that name.</p>}
      onSelectionChange={(keys) => {
        onChange(keys === "all" ? options.map(({ id }) => id) : [...keys].map(String));
        if (!multiple) setOpen(false);
      }}
    >
      {(option) => (
        <ListBoxItem className="option" textValue={option.label}>
          <Icon name="check" className="check" />
          {option.label}
        </ListBoxItem>
      )}
    </ListBox>
  );
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button className={`button${words.length > 0 ? " button-primary" : ""}`}>
        {label}
        {words.length > 0 && `: ${words.length > 2 ? words.length : words.join(", ")}`}
        <Icon name="down" />
      </Button>
      <Popover className="popover" placement="bottom start">
        <Dialog aria-label={label} className="stack-small">
          {onSearch !== undefined ? (
            <>
              <Search label={`Search ${label}`} placeholder="Search …" value="" onChange={onSearch} autoFocus />
              {list}
            </>
          ) : options.length > 8 ? (
            <Autocomplete filter={contains}>
              <SearchField aria-label={`Search ${label}`} className="field" autoFocus>
                <Input className="input" placeholder="Search …" />
              </SearchField>
              {list}
            </Autocomplete>
          ) : (
            list
          )}
          {selected.length > 0 && (
            <Button className="button button-quiet button-small" onPress={() => onChange([])}>
              Clear
            </Button>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

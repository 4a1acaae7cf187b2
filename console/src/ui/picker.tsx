import { useState } from "react";
import { Checkbox, GridList, GridListItem } from "react-aria-components";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";
import { ErrorNote, Loading } from "./note.tsx";
import { Search } from "./search.tsx";
import { counted } from "./words.tsx";

/** Something that can be ticked. */
export interface Choice {
  id: string;
  name: string;
  /** What stands beside its name. */
  detail: React.ReactNode;
  /** Why it cannot be ticked now; null: it can. */
  refusal: React.ReactNode | null;
}

export interface Picked {
  id: string;
  name: string;
}

/** What is looked for in a picker, and on which page of it. */
export interface Find {
  search: string;
  /** The cursor that the page begins behind; null: the first. */
  after: string | null;
  setSearch(search: string): void;
  next(cursor: string): void;
  /** Undefined: this is the first page. */
  back: (() => void) | undefined;
}

/** How many rows a page of a picker has. */
export const PICKER_SIZE = 100;

export function useFind(): Find {
  const [search, setSearch] = useState("");
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    search,
    after: cursors.at(-1) ?? null,
    setSearch: (text) => {
      setSearch(text);
      setCursors([]);
    },
    next: (cursor) => setCursors([...cursors, cursor]),
    back: cursors.length === 0 ? undefined : () => setCursors(cursors.slice(0, -1)),
  };
}

/** A list to tick in, page by page, with a search that the server answers. What is ticked stays so on every page. */
export function Picker({
  label,
  one,
  placeholder,
  find,
  choices,
  total,
  next,
  selected,
  onChange,
  error,
  empty,
  autoFocus = false,
}: {
  /** Of the list: "Projects". */
  label: string;
  /** One of them, in words: "project". */
  one: string;
  placeholder: string;
  find: Find;
  /** Undefined: not there yet. */
  choices: readonly Choice[] | undefined;
  total: number;
  /** The cursor of the next page; null: this is the last. */
  next: string | null;
  selected: ReadonlyMap<string, Picked>;
  onChange: (selected: ReadonlyMap<string, Picked>) => void;
  error: unknown;
  /** What to say where nothing is found. */
  empty: string;
  autoFocus?: boolean;
}): React.JSX.Element {
  const nodes = choices ?? [];
  const open = nodes.filter(({ refusal }) => refusal === null);
  const select = (isSelected: (id: string) => boolean): void => {
    const chosen = new Map(selected);
    for (const { id, name } of open) {
      if (isSelected(id)) chosen.set(id, { id, name });
      else chosen.delete(id);
    }
    onChange(chosen);
  };
  const all = open.length > 0 && open.every(({ id }) => selected.has(id));
  return (
    <div className="stack-small">
      <Search
        label={`Search ${one}s`}
        placeholder={placeholder}
        value={find.search}
        onChange={(text) => find.setSearch(text)}
        autoFocus={autoFocus}
      />
      <ErrorNote error={error} />
      {choices === undefined && error === undefined && <Loading />}
      <GridList
        className="picker"
        aria-label={label}
        selectionMode="multiple"
        escapeKeyBehavior="none"
        selectedKeys={selected.keys()}
        disabledKeys={nodes.filter(({ refusal }) => refusal !== null).map(({ id }) => id)}
        onSelectionChange={(keys) => select((id) => keys === "all" || keys.has(id))}
        items={nodes}
        dependencies={[selected]}
        renderEmptyState={() => (choices === undefined ? null : <p className="option muted">{empty}</p>)}
      >
        {({ name, detail, refusal }) => (
          <GridListItem className="option" textValue={name}>
            <Checkbox slot="selection" className="checkbox">
              <span className="box" aria-hidden="true">
                <Icon name="check" />
              </span>
            </Checkbox>
            <span>
              <strong>{name}</strong> <span className="muted small">{detail}</span>
              {refusal !== null && <span className="row small">{refusal}</span>}
            </span>
          </GridListItem>
        )}
      </GridList>
      <div className="pager">
        <span className="small muted">
          {nodes.length < total
            ? `${nodes.length.toLocaleString()} of ${counted(total, one)} shown`
            : counted(total, one)}
        </span>
        <div className="row">
          {open.length > 1 && (
            <Button small look="quiet" onPress={() => select(() => !all)}>
              {all ? "Untick" : "Tick"} all {open.length.toLocaleString()} shown
            </Button>
          )}
          {find.back !== undefined && (
            <Button small onPress={find.back}>
              Back
            </Button>
          )}
          {next !== null && (
            <Button small onPress={() => find.next(next)}>
              Next {PICKER_SIZE}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}

import { useQuery } from "@apollo/client/react";
import { useDeferredValue, useState } from "react";
import { Checkbox, GridList, GridListItem, Input, Label, SearchField } from "react-aria-components";
import { Icon } from "../ui/icon.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { PICKABLE_PROJECTS } from "./documents.ts";

export interface PickedProject {
  id: string;
  name: string;
}

/** All projects that the provider reaches, with a search; those that are not READY say why and cannot be chosen. */
export function ProjectPicker({
  providerId,
  selected,
  onChange,
}: {
  providerId: string | null;
  selected: ReadonlyMap<string, PickedProject>;
  onChange: (selected: ReadonlyMap<string, PickedProject>) => void;
}): React.JSX.Element {
  const [search, setSearch] = useState("");
  const deferred = useDeferredValue(search);
  const { data, previousData, error } = useQuery(PICKABLE_PROJECTS, {
    variables: { search: deferred === "" ? null : deferred, provider: providerId },
  });
  const projects = (data ?? previousData)?.projects;
  const nodes = projects?.nodes ?? [];
  const select = (keys: ReadonlySet<unknown>): void => {
    const next = new Map(selected);
    for (const { id, name } of nodes) {
      if (keys.has(id)) next.set(id, { id, name });
      else next.delete(id);
    }
    onChange(next);
  };
  return (
    <div className="stack-small">
      <SearchField className="field" value={search} onChange={setSearch} autoFocus>
        <Label className="hidden">Search projects</Label>
        <Input className="input" placeholder="Search projects …" />
      </SearchField>
      <ErrorNote error={error} />
      <GridList
        className="picker"
        aria-label="Projects"
        selectionMode="multiple"
        selectedKeys={selected.keys()}
        disabledKeys={nodes.filter(({ id, status }) => status !== "READY" && !selected.has(id)).map(({ id }) => id)}
        onSelectionChange={(keys) => select(keys === "all" ? new Set(nodes.map(({ id }) => id)) : keys)}
        items={nodes}
        dependencies={[selected]}
        renderEmptyState={() => <p className="option muted">No project of that name that the provider reaches.</p>}
      >
        {(project) => (
          <GridListItem className="option" textValue={project.name}>
            <Checkbox slot="selection" className="checkbox">
              <span className="box" aria-hidden="true">
                <Icon name="check" />
              </span>
            </Checkbox>
            <span>
              <strong>{project.name}</strong> <span className="muted small">on {project.cluster.name}</span>
              {project.status !== "READY" && (
                <span className="row small">
                  <StatusBadge status={project.status} />
                  {project.statusReason ?? "The project is not ready."}
                </span>
              )}
            </span>
          </GridListItem>
        )}
      </GridList>
      {projects !== undefined && projects.totalCount > nodes.length && (
        <p className="small muted">
          {nodes.length} of {projects.totalCount.toLocaleString()} projects are shown: search for the others.
        </p>
      )}
    </div>
  );
}

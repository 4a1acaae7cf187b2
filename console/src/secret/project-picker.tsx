import { useQuery } from "@apollo/client/react";
import { Picker, PICKER_SIZE, useFind, type Picked } from "../ui/picker.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { PICKABLE_PROJECTS } from "./documents.ts";

/** All projects that the provider reaches, with a search; those that are not READY say why and cannot be chosen. */
export function ProjectPicker({
  providerId,
  assigned,
  selected,
  onChange,
  autoFocus = false,
}: {
  providerId: string | null;
  /** Those that have it already: they can be taken out and put back however they are. */
  assigned?: ReadonlyMap<string, Picked>;
  selected: ReadonlyMap<string, Picked>;
  onChange: (selected: ReadonlyMap<string, Picked>) => void;
  autoFocus?: boolean;
}): React.JSX.Element {
  const find = useFind();
  const { data, previousData, error } = useQuery(PICKABLE_PROJECTS, {
    variables: {
      search: find.search === "" ? null : find.search,
      provider: providerId,
      first: PICKER_SIZE,
      after: find.after,
    },
  });
  const projects = (data ?? previousData)?.projects;
  return (
    <Picker
      label="Projects"
      one="project"
      placeholder="Search projects …"
      find={find}
      choices={projects?.nodes.map(({ id, name, cluster, status, statusReason }) => ({
        id,
        name,
        detail: `on ${cluster.name}`,
        refusal:
          status === "READY" || assigned?.has(id) === true ? null : (
            <>
              <StatusBadge status={status} />
              {statusReason ?? "The project is not ready."}
            </>
          ),
      }))}
      total={projects?.totalCount ?? 0}
      next={projects?.pageInfo.hasNextPage === true ? projects.pageInfo.endCursor : null}
      selected={selected}
      onChange={onChange}
      error={error}
      empty={
        find.search === ""
          ? "There is no project that the provider reaches."
          : "No project of that name that the provider reaches."
      }
      autoFocus={autoFocus}
    />
  );
}

import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { graphql } from "../api/graphql.ts";
import { Filter } from "../ui/filter.tsx";

const CHOICES = graphql(`
  query ChoicesOfProject($search: String, $chosen: ID!, $isChosen: Boolean!) {
    projects(first: 50, search: $search) {
      nodes {
        id
        name
      }
    }
    project(id: $chosen) @include(if: $isChosen) {
      id
      name
    }
  }
`);

/** A filter of a list by project; the server is asked for those of a name, however many there are. */
export function ProjectFilter({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (projectId: string | null) => void;
}): React.JSX.Element {
  const [search, setSearch] = useState("");
  const { data, previousData } = useQuery(CHOICES, {
    variables: { search: search === "" ? null : search, chosen: value ?? "", isChosen: value !== null },
  });
  const { projects, project = null } = data ?? previousData ?? {};
  const nodes = projects?.nodes ?? [];
  const options = project === null || nodes.some(({ id }) => id === project.id) ? nodes : [project, ...nodes];
  return (
    <Filter
      label="Project"
      options={options.map(({ id, name }) => ({ id, label: name }))}
      selected={value === null ? [] : [value]}
      onChange={([id]) => onChange(id ?? null)}
      onSearch={setSearch}
    />
  );
}

import { useQuery } from "@apollo/client/react";
import { Link } from "wouter";
import { useIsAdmin } from "../shell/viewer.tsx";
import { SelectField } from "../ui/fields.tsx";
import { ErrorNote, Note } from "../ui/note.tsx";
import { kindWord } from "../ui/words.tsx";
import { USABLE_PROVIDERS } from "./documents.ts";

/** The providers that a secret may read from here. */
export function ProviderField({
  value,
  project,
  onChange,
  problems,
}: {
  value: string | null;
  /** The project whose own the secret is; null: the organization's. */
  project: { id: string; name: string } | null;
  onChange: (providerId: string) => void;
  problems: readonly string[];
}): React.JSX.Element {
  const { data, error } = useQuery(USABLE_PROVIDERS, { variables: { project: project?.id ?? null } });
  const isAdmin = useIsAdmin();
  const usable = (data?.providers.nodes ?? []).filter(({ scope }) => project !== null || scope === "ORGANIZATION");
  const chosen = usable.find(({ id }) => id === value);
  const prefix = isAdmin || project === null ? undefined : chosen?.projectKeyPrefix?.replace("{project}", project.name);
  const isNone = data !== undefined && usable.length === 0;
  return (
    <>
      <SelectField
        label="Provider that holds the values"
        value={value}
        onChange={onChange}
        options={usable.map(({ id, name, kind }) => ({ id, label: `${name} (${kindWord(kind)})` }))}
        problems={problems}
        placeholder={isNone ? "There is none that may be used here" : "Choose a provider …"}
        {...(prefix !== undefined && { hint: `Your keys begin with ${prefix}` })}
        isRequired
      />
      {isNone && (
        <Note>
          Values are read from a provider, and there is none yet that may be used here.{" "}
          <Link href="/providers">Look at the providers</Link>
        </Note>
      )}
      {chosen?.status === "ERROR" && (
        <Note tone="warn">This provider has an error now: the secret will wait until that is mended.</Note>
      )}
      <ErrorNote error={error} />
    </>
  );
}

import { useState } from "react";
import type { ProviderKind } from "../api/graphql.ts";
import { useIsAdmin } from "../shell/viewer.tsx";
import { Button, LinkButton } from "../ui/button.tsx";
import { TextField } from "../ui/fields.tsx";
import { Empty, ErrorNote, Loading, Note } from "../ui/note.tsx";
import { counted, kindWord } from "../ui/words.tsx";
import { ConfigFields } from "./config-fields.tsx";
import { chosenIn, configOf, draftOfConfig, partsOf, type Chosen, type ConfigDraft } from "./config.ts";
import type { ProviderDetail } from "./documents.ts";
import { KIND_FORMS } from "./kinds.ts";
import { NewProviderFields, usePlaces, type NewProvider } from "./new-provider-fields.tsx";
import { useSaveProvider } from "./use-save-provider.ts";

/** Beginnings of keys as each kind of backend can have them. */
const PREFIXES: Readonly<Record<ProviderKind, string>> = {
  VAULT: "projects/{project}/",
  AWS_SECRETS_MANAGER: "projects/{project}/",
  GCP_SECRET_MANAGER: "projects_{project}_",
  AZURE_KEY_VAULT: "projects-{project}--",
};

/** Makes a provider, or changes one: a form for each kind of backend, or a reference to a store that is there already. */
export function ProviderForm({ provider }: { provider: ProviderDetail | null }): React.JSX.Element {
  const places = usePlaces(provider !== null);
  const isAdmin = useIsAdmin();
  const [fresh, setFresh] = useState<NewProvider>({
    name: "",
    place: null,
    kind: "VAULT",
    exists: false,
    storeName: "",
  });
  const kind: ProviderKind = provider?.kind ?? fresh.kind;
  const form = KIND_FORMS[kind];
  const [draft, setDraft] = useState<ConfigDraft>(() => draftOfConfig(provider?.config));
  const [found] = useState<Chosen | null>(() => (provider === null ? {} : chosenIn(partsOf(form), draft)));
  const [chosen, setChosen] = useState<Chosen>(found ?? {});
  const [prefix, setPrefix] = useState(provider?.projectKeyPrefix ?? "");
  const { save, busy, error, problemsAt } = useSaveProvider();

  const place = fresh.place ?? places?.[0]?.id ?? null;
  const projectId = provider === null ? place : (provider.project?.id ?? null);
  const isOrganization = projectId === null;
  const circumstances = { isOrganization, isAdmin };
  const isManaged = provider === null ? !fresh.exists : provider.managed;

  if (provider === null && places === undefined) return <Loading />;
  if (provider === null && places?.length === 0)
    return (
      <div className="card">
        <Empty title="There is nothing to make one for">
          <p>You make providers in projects that you are a member of, once they are ready.</p>
        </Empty>
      </div>
    );
  if (isManaged && found === null)
    return (
      <Note tone="warn">
        Its config has parts that this form has no field for. Change it with <code>updateProvider</code> in GraphQL, so
        that nothing is lost.
      </Note>
    );

  const submit = (): Promise<void> => {
    const config = isManaged ? { [form.input]: configOf(partsOf(form), draft, chosen, circumstances) } : {};
    const projectKeyPrefix = prefix.trim() === "" ? null : prefix.trim();
    const ofOrganization = isOrganization ? { projectKeyPrefix } : {};
    if (provider !== null) return save({ id: provider.id, name: provider.name, ...config, ...ofOrganization });
    return save({
      id: null,
      name: fresh.name.trim(),
      scope: isOrganization ? "ORGANIZATION" : "PROJECT",
      ...(projectId !== null && { projectId }),
      ...ofOrganization,
      ...(fresh.exists ? { existingStore: { kind, storeName: fresh.storeName.trim() } } : config),
    });
  };

  const at = (path: string): string[] => [...problemsAt(path), ...problemsAt(`${form.input}.${path}`)];
  const fields = {
    draft,
    chosen,
    circumstances,
    at,
    onDraft: (path: string, value: string) => setDraft((old) => ({ ...old, [path]: value })),
    onChoose: (choiceId: string, optionId: string) => setChosen((old) => ({ ...old, [choiceId]: optionId })),
  };

  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {provider === null && (
        <NewProviderFields
          value={{ ...fresh, place }}
          places={places ?? []}
          onChange={(part) => {
            setFresh((old) => ({ ...old, ...part }));
            if (part.kind === undefined) return;
            setDraft({});
            setChosen({});
          }}
          at={problemsAt}
        />
      )}
      {isManaged && (
        <>
          <section className="card stack">
            <h2>{kindWord(kind)}</h2>
            <ConfigFields parts={form.place} moreLabel="More about where it is" {...fields} />
          </section>
          <section className="card stack">
            <h2>How the operator signs in</h2>
            <p className="muted small">
              Credentials stay in the cluster: name the Secrets or the service account that hold them there
              {isOrganization ? "." : ", in the project's namespace."}
            </p>
            <ConfigFields parts={form.auth} moreLabel="More about signing in" {...fields} />
          </section>
        </>
      )}
      {isOrganization && (
        <section className="card stack">
          <h2>For members’ own secrets</h2>
          <TextField
            label="Keys that they may use"
            value={prefix}
            onChange={setPrefix}
            placeholder="none"
            hint={`For example ${PREFIXES[kind]} where {project} stands for the project's name. Left empty, members cannot read from it.`}
            problems={at("projectKeyPrefix")}
          />
        </section>
      )}
      {provider !== null && (
        <Note>
          {isManaged ? "Saving writes its store anew; " : "Its store was made by somebody else and is never written; "}
          {counted(provider.secrets.totalCount, "secret")} {provider.secrets.totalCount === 1 ? "reads" : "read"} from
          it.
        </Note>
      )}
      <ErrorNote error={error} />
      <div className="row">
        <Button type="submit" look="primary" isPending={busy}>
          {provider === null ? "Create provider" : "Save changes"}
        </Button>
        <LinkButton href={provider === null ? "/providers" : `/providers/${provider.id}`}>Cancel</LinkButton>
      </div>
    </form>
  );
}

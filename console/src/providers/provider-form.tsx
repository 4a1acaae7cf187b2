import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import { useLocation } from "wouter";
import { failureOf } from "../api/errors.ts";
import type { ProviderKind, VariablesOf } from "../api/graphql.ts";
import { useMayDo } from "../shell/viewer.tsx";
import { Button, LinkButton, permissionFor } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { ErrorNote, Note } from "../ui/note.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted, kindWord, PROVIDER_KINDS, ProviderLabel } from "../ui/words.tsx";
import { configOf, draftOfConfig, methodOf, type ConfigDraft } from "./config.ts";
import { CREATE_PROVIDER, PROVIDER_PROJECTS, UPDATE_PROVIDER, type ProviderDetail } from "./documents.ts";
import { KIND_FORMS, type ConfigField } from "./kinds.ts";

type CreateInput = VariablesOf<typeof CREATE_PROVIDER>["input"];
type UpdateInput = VariablesOf<typeof UPDATE_PROVIDER>["input"];

/** Where a new provider belongs: the organization, or one of the projects in which the viewer may make one. */
const ORGANIZATION = "";

/** Makes a provider, or changes one: a form for each kind of backend. */
export function ProviderForm({ provider }: { provider: ProviderDetail | null }): React.JSX.Element {
  const mayForOrganization = useMayDo("CREATE_PROVIDER");
  const { data: places } = useQuery(PROVIDER_PROJECTS, { skip: provider !== null });
  const [name, setName] = useState("");
  const [chosenPlace, setPlace] = useState<string | null>(null);
  const [kind, setKind] = useState<ProviderKind>(provider?.kind ?? "VAULT");
  const [draft, setDraft] = useState<ConfigDraft>(() => draftOfConfig(provider?.config));
  const form = KIND_FORMS[kind];
  const [methodId, setMethodId] = useState(
    () => (provider === null ? null : methodOf(KIND_FORMS[provider.kind], draft)?.id) ?? null,
  );
  const [prefix, setPrefix] = useState(provider?.projectKeyPrefix ?? "");
  const [create, creation] = useMutation(CREATE_PROVIDER);
  const [update, change] = useMutation(UPDATE_PROVIDER);
  const [, navigate] = useLocation();
  const toasts = useToasts();

  const placeOptions = [
    ...(mayForOrganization ? [{ id: ORGANIZATION, label: "The organization" }] : []),
    ...(places?.projects.nodes ?? [])
      .filter(({ permissions }) => permissionFor(permissions, "CREATE_PROVIDER")?.allowed === true)
      .map((project) => ({ id: project.id, label: `Project ${project.name}` })),
  ];
  const place = chosenPlace ?? placeOptions[0]?.id ?? ORGANIZATION;
  const isOrganization = provider === null ? place === ORGANIZATION : provider.scope === "ORGANIZATION";
  const method = form.methods.find(({ id }) => id === methodId) ?? form.methods[0];
  const error = creation.error ?? change.error;
  const { problems } = failureOf(error);
  const at = (path: string): string[] =>
    problems
      .filter((problem) => [path, `${form.input}.${path}`].includes(problem.path.join(".")))
      .map(({ message }) => message);

  if (provider !== null && methodOf(form, draftOfConfig(provider.config)) === null)
    return (
      <Note tone="warn">
        Its way of signing in has parts that this form has no field for. Change it with <code>updateProvider</code> in
        GraphQL, so that nothing is lost.
      </Note>
    );

  const save = async (): Promise<void> => {
    if (method === undefined) return;
    const config = configOf(form, method, draft, isOrganization);
    const projectKeyPrefix = prefix.trim() === "" ? null : prefix.trim();
    try {
      if (provider === null) {
        // The config has the shape of the kind's own input; the server checks every part of it.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built by path from the tables of kinds.ts
        const input = {
          name: name.trim(),
          [form.input]: config,
          ...(isOrganization ? { scope: "ORGANIZATION", projectKeyPrefix } : { scope: "PROJECT", projectId: place }),
        } as CreateInput;
        const { data } = await create({ variables: { input } });
        toasts.done(`${input.name} is made.`);
        navigate(`/providers/${data?.createProvider.id ?? ""}`);
      } else {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
        const input = {
          id: provider.id,
          [form.input]: config,
          ...(isOrganization && { projectKeyPrefix }),
        } as UpdateInput;
        await update({ variables: { input } });
        toasts.done(`${provider.name} is changed.`);
        navigate(`/providers/${provider.id}`);
      }
    } catch {
      // The mutation's own error is shown.
    }
  };

  const fieldOf = ({ path, label, placeholder, isRequired = false, initial = "" }: ConfigField): React.JSX.Element => (
    <TextField
      key={path}
      label={label}
      value={draft[path] ?? initial}
      onChange={(value) => setDraft({ ...draft, [path]: value })}
      placeholder={placeholder}
      isRequired={isRequired}
      problems={at(path)}
    />
  );
  const shown = ({ organizationOnly = false }: ConfigField): boolean => isOrganization || !organizationOnly;

  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {provider === null && (
        <section className="card stack">
          <RadioGroup
            className="stack-small"
            value={kind}
            onChange={(value) => {
              setKind(PROVIDER_KINDS.find((one) => one === value) ?? "VAULT");
              setMethodId(null);
              setDraft({});
            }}
          >
            <Label className="label">What kind of backend</Label>
            <div className="radios">
              {PROVIDER_KINDS.map((one) => (
                <Radio key={one} value={one} className="radio">
                  <ProviderLabel kind={one} name={kindWord(one)} />
                </Radio>
              ))}
            </div>
          </RadioGroup>
          <div className="group-fields">
            <TextField
              label="Name"
              value={name}
              onChange={setName}
              hint="Its store in the clusters is called so too. It never changes."
              problems={at("name")}
              isRequired
            />
            <SelectField label="Belongs to" value={place} onChange={setPlace} options={placeOptions} />
          </div>
        </section>
      )}
      <section className="card stack">
        <h2>{kindWord(kind)}</h2>
        <div className="group-fields">{form.fields.filter(shown).map(fieldOf)}</div>
      </section>
      <section className="card stack">
        <h2>How the operator signs in</h2>
        <p className="muted small">
          Credentials stay in the cluster: name the Secrets or the service account that hold them there.
        </p>
        <SelectField
          label="Way of signing in"
          value={method?.id ?? null}
          onChange={setMethodId}
          options={form.methods}
          problems={at("auth")}
        />
        <div className="group-fields">{method?.fields.filter(shown).map(fieldOf)}</div>
      </section>
      {isOrganization && (
        <section className="card stack">
          <h2>For members’ own secrets</h2>
          <TextField
            label="Keys that they may use"
            value={prefix}
            onChange={setPrefix}
            placeholder="none"
            hint="For example projects/{project}/ where {project} stands for the project's name."
            problems={at("projectKeyPrefix")}
          />
        </section>
      )}
      {provider !== null && (
        <Note>Saving writes its store anew; {counted(provider.secrets.totalCount, "secret")} read from it.</Note>
      )}
      <ErrorNote error={error} />
      <div className="row">
        <Button type="submit" look="primary" isPending={creation.loading || change.loading}>
          {provider === null ? "Create provider" : "Save changes"}
        </Button>
        <LinkButton href={provider === null ? "/providers" : `/providers/${provider.id}`}>Cancel</LinkButton>
      </div>
    </form>
  );
}

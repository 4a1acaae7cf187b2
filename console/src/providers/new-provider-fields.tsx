import { useQuery } from "@apollo/client/react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import type { ProviderKind } from "../api/graphql.ts";
import { useMayDo } from "../shell/viewer.tsx";
import { permissionFor } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { kindWord, PROVIDER_KINDS, ProviderLabel } from "../ui/words.tsx";
import { PROVIDER_PROJECTS } from "./documents.ts";

/** What is said of a provider only when it is made. */
export interface NewProvider {
  name: string;
  /** The project that it is to belong to; null: the organization. */
  place: string | null;
  kind: ProviderKind;
  /** Its store is there already, and is referred to. */
  exists: boolean;
  storeName: string;
}

interface Place {
  id: string | null;
  label: string;
}

/** Where the viewer may make providers: for the organization, and in their projects; undefined: not known yet. */
export function usePlaces(skip: boolean): readonly Place[] | undefined {
  const mayForOrganization = useMayDo("CREATE_PROVIDER");
  const { data } = useQuery(PROVIDER_PROJECTS, { skip });
  if (data === undefined && !mayForOrganization) return undefined;
  return [
    ...(mayForOrganization ? [{ id: null, label: "The organization" }] : []),
    ...(data?.projects.nodes ?? [])
      .filter(({ permissions }) => permissionFor(permissions, "CREATE_PROVIDER")?.allowed === true)
      .map((project) => ({ id: project.id, label: `Project ${project.name}` })),
  ];
}

/** Stands for the organization where an id is needed. */
const ORGANIZATION = "organization";

/** Which kind of backend, whose it is, what it is called, and whether its store is there already. */
export function NewProviderFields({
  value: { name, place, kind, exists, storeName },
  places,
  onChange,
  at,
}: {
  value: NewProvider;
  places: readonly Place[];
  onChange: (part: Partial<NewProvider>) => void;
  at: (path: string) => string[];
}): React.JSX.Element {
  const isOrganization = place === null;
  return (
    <section className="card stack">
      <RadioGroup
        className="stack-small"
        value={kind}
        onChange={(chosen) => onChange({ kind: PROVIDER_KINDS.find((one) => one === chosen) ?? kind })}
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
          onChange={(text) => onChange({ name: text })}
          hint={exists ? "It never changes." : "Its store in the clusters is called so too. It never changes."}
          problems={at("name")}
          isRequired
        />
        <SelectField
          label="Belongs to"
          value={place ?? ORGANIZATION}
          onChange={(id) => onChange({ place: id === ORGANIZATION ? null : id })}
          options={places.map(({ id, label }) => ({ id: id ?? ORGANIZATION, label }))}
          problems={at("projectId")}
        />
      </div>
      <RadioGroup
        className="stack-small"
        value={exists ? "exists" : "written"}
        onChange={(chosen) => onChange({ exists: chosen === "exists" })}
      >
        <Label className="label">Its store in the clusters</Label>
        <div className="radios">
          <Radio value="written" className="radio">
            <span>
              <strong>Secretariat writes it</strong>
              <br />
              <span className="small muted">
                A {isOrganization ? "ClusterSecretStore in every cluster" : "SecretStore in the project's namespace"},
                kept as this form says.
              </span>
            </span>
          </Radio>
          <Radio value="exists" className="radio">
            <span>
              <strong>It exists already</strong>
              <br />
              <span className="small muted">
                {isOrganization ? "A ClusterSecretStore" : "A SecretStore"} that somebody else keeps: read from, and
                never written or removed.
              </span>
            </span>
          </Radio>
        </div>
      </RadioGroup>
      {exists && (
        <div className="group-fields">
          <TextField
            label="Name of the store"
            value={storeName}
            onChange={(text) => onChange({ storeName: text })}
            placeholder={isOrganization ? "platform-vault" : "team-vault"}
            hint={
              isOrganization
                ? "Of the ClusterSecretStore, in every cluster in which secrets are to come from it."
                : "Of the SecretStore in the project's namespace."
            }
            problems={at("existingStore.storeName")}
            isRequired
          />
        </div>
      )}
    </section>
  );
}

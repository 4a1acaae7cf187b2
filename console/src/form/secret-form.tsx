import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { useLocation } from "wouter";
import { failureOf } from "../api/errors.ts";
import { useIsAdmin } from "../shell/viewer.tsx";
import { ProjectPicker, type PickedProject } from "../secret/project-picker.tsx";
import { Button, LinkButton } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { ErrorNote, Note } from "../ui/note.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted, kindWord, USE_CASE_OPTIONS } from "../ui/words.tsx";
import { CREATE_SECRET, UPDATE_SECRET, USABLE_PROVIDERS } from "./documents.ts";
import { createInputOf, draftOf, emptyDraft, updateInputOf, type Draft, type EditedSecret } from "./draft.ts";
import { KeyFields } from "./key-fields.tsx";
import { PreviewPanel } from "./preview-panel.tsx";
import { usePreview } from "./preview.ts";
import { useFieldProblems } from "./problems.ts";
import { TargetFields } from "./target-fields.tsx";

/** Paths that have a field on the page; problems elsewhere are listed beside the preview. */
const FIELDS =
  /^(?:name|providerId|refreshInterval|refreshPolicy|target\.(?:name|type|creationPolicy|deletionPolicy)|data\.\d+\.(?:secretKey|remoteKey|property|version)|dataFrom\.\d+(?:\.(?:extract\.key|find\.(?:nameRegExp|path)))?)$/;

/** Makes a secret, or changes one: four steps on one page, with a live preview of what would be applied. */
export function SecretForm({
  secret,
  projectId,
}: {
  /** Null: a new one is made. */
  secret: EditedSecret | null;
  /** The project whose own it is; null: the organization's. */
  projectId: string | null;
}): React.JSX.Element {
  const [draft, setDraft] = useState<Draft>(() => (secret === null ? emptyDraft() : draftOf(secret)));
  const [projects, setProjects] = useState<ReadonlyMap<string, PickedProject>>(new Map());
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [create] = useMutation(CREATE_SECRET);
  const [update] = useMutation(UPDATE_SECRET);
  const [, navigate] = useLocation();
  const toasts = useToasts();
  const isAdmin = useIsAdmin();
  const projectIds = [...projects.keys()];
  const preview = usePreview(draft, secret, projectId, projectIds);
  const refused = failureOf(error).problems;
  const problems = useFieldProblems(refused.length > 0 ? refused : preview.problems);
  const change = (part: Partial<Draft>): void => {
    setError(null);
    setDraft((old) => ({ ...old, ...part }));
  };

  const save = async (): Promise<void> => {
    problems.showAll();
    const input = createInputOf(draft, projectId, projectIds);
    if (input === null) return;
    setBusy(true);
    try {
      const saved =
        secret === null
          ? (await create({ variables: { input } })).data?.createSecret
          : (await update({ variables: { input: updateInputOf(draft, secret) } })).data?.updateSecret;
      toasts.done(secret === null ? `${draft.name} is made.` : `${draft.name} is changed.`);
      navigate(`/secrets/${saved?.id ?? ""}`);
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };

  return (
    <form
      className="form-columns"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="stack">
        <Step number={1} title="What it is, and where its values are">
          <div className="group-fields">
            {secret === null && (
              <TextField
                label="Name"
                value={draft.name}
                onChange={(name) => {
                  problems.touch("name");
                  change({ name });
                }}
                hint="Lower case letters, digits, - and . It never changes."
                placeholder="payments-database"
                problems={problems.at("name")}
                isRequired
              />
            )}
            <SelectField
              label="What it is for"
              value={draft.useCase}
              options={USE_CASE_OPTIONS}
              onChange={(id) => change({ useCase: USE_CASES.find((useCase) => useCase === id) ?? draft.useCase })}
            />
            <ProviderField draft={draft} projectId={projectId} onChange={change} problems={problems.at("providerId")} />
          </div>
        </Step>
        <Step number={2} title="Its keys">
          <KeyFields draft={draft} onChange={change} problems={problems} />
        </Step>
        <Step number={3} title="The Kubernetes Secret">
          <TargetFields draft={draft} onChange={change} problems={problems} isMember={!isAdmin} />
        </Step>
        {secret === null && projectId === null && (
          <Step number={4} title="Projects that get it">
            {draft.providerId === null ? (
              <p className="muted">Choose a provider first: projects that it reaches are listed here.</p>
            ) : (
              <ProjectPicker providerId={draft.providerId} selected={projects} onChange={setProjects} />
            )}
            <p className="small muted" role="status">
              {projects.size === 0
                ? "None yet. It can be assigned later."
                : `${counted(projects.size, "project")}: ${[...projects.values()].map(({ name }) => name).join(", ")}`}
            </p>
          </Step>
        )}
        {secret !== null && (
          <Note>
            Saving writes it anew in {counted(secret.assignments.totalCount, "project")}
            {secret.assignments.totalCount > 0 &&
              `: ${secret.assignments.nodes.map(({ project }) => project.name).join(", ")}${secret.assignments.totalCount > secret.assignments.nodes.length ? ", …" : ""}`}
            .
          </Note>
        )}
        <ErrorNote error={error} />
        <div className="row">
          <Button type="submit" look="primary" isPending={busy} isDisabled={draft.providerId === null}>
            {secret === null ? "Create secret" : "Save changes"}
          </Button>
          <LinkButton href={secret === null ? "/secrets" : `/secrets/${secret.id}`}>Cancel</LinkButton>
        </div>
      </div>
      <PreviewPanel preview={preview} elsewhere={problems.elsewhere((path) => FIELDS.test(path))} />
    </form>
  );
}

const USE_CASES = ["GENERIC", "DATABASE", "IMAGE_PULL_SECRET", "S3", "HUGGING_FACE"] as const;

export function Step({
  number,
  title,
  children,
}: {
  number: number;
  title: string;
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <section className="card stack" aria-labelledby={`step-${number}`}>
      <h2 id={`step-${number}`} className="row">
        <span className="avatar" aria-hidden="true">
          {number}
        </span>
        {title}
      </h2>
      {children}
    </section>
  );
}

function ProviderField({
  draft,
  projectId,
  onChange,
  problems,
}: {
  draft: Draft;
  projectId: string | null;
  onChange: (part: Partial<Draft>) => void;
  problems: readonly string[];
}): React.JSX.Element {
  const { data, error } = useQuery(USABLE_PROVIDERS, { variables: { project: projectId } });
  const isAdmin = useIsAdmin();
  const usable = (data?.providers.nodes ?? []).filter(({ scope }) => projectId !== null || scope === "ORGANIZATION");
  const chosen = usable.find(({ id }) => id === draft.providerId);
  const prefix = isAdmin || projectId === null ? null : (chosen?.projectKeyPrefix ?? null);
  return (
    <>
      <SelectField
        label="Provider that holds the values"
        value={draft.providerId}
        onChange={(providerId) => onChange({ providerId })}
        options={usable.map(({ id, name, kind }) => ({ id, label: `${name} (${kindWord(kind)})` }))}
        problems={problems}
        placeholder={
          usable.length === 0 && data !== undefined ? "There is none that may be used here" : "Choose a provider …"
        }
        {...(prefix !== null && { hint: `Your keys begin with ${prefix}` })}
        isRequired
      />
      <ErrorNote error={error} />
    </>
  );
}

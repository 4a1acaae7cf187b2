import { lazy, Suspense, useMemo, useState } from "react";
import { useSearchParams } from "wouter";
import { failureOf } from "../api/errors.ts";
import { ProjectPicker } from "../secret/project-picker.tsx";
import { Button, LinkButton } from "../ui/button.tsx";
import { ErrorNote, Loading, Note } from "../ui/note.tsx";
import type { Picked } from "../ui/picker.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { counted } from "../ui/words.tsx";
import type { PreviewedSecret } from "./documents.ts";
import { draftOf, emptyDraft, type Draft, type EditedSecret } from "./draft.ts";
import { FIELDS, FormSteps } from "./form-steps.tsx";
import { PreviewPanel } from "./preview-panel.tsx";
import { useFormPreview, useYamlPreview, type Subject } from "./preview.ts";
import { useFieldProblems } from "./problems.ts";
import { Step } from "./step.tsx";
import { beginning, restOf, toForm, toYaml } from "./switch.ts";
import { useSave } from "./use-save.ts";

const YamlStep = lazy(() => import("./yaml-step.tsx").then((part) => ({ default: part.YamlStep })));

/** Makes a secret, or changes one: step by step or as YAML, with a live preview of what would be applied. */
export function SecretEditor({
  secret,
  asItIs,
  project,
  onStale,
}: {
  /** Null: a new one is made. */
  secret: EditedSecret | null;
  /** The same as a manifest; null: a new one is made. */
  asItIs: PreviewedSecret | null;
  /** The project whose own it is; null: the organization's. */
  project: { id: string; name: string } | null;
  /** Reads it anew, after somebody else changed it. */
  onStale?: () => void;
}): React.JSX.Element {
  const [params] = useSearchParams();
  const projectId = project?.id ?? null;
  const isYaml = params.get("as") === "yaml";
  const [untouched] = useState<Draft>(() => (secret === null ? emptyDraft() : draftOf(secret)));
  const [written, setWritten] = useState(() => beginning(secret, asItIs, untouched));
  const [useCase, setUseCase] = useState(secret?.useCase ?? "GENERIC");
  const [projects, setProjects] = useState<ReadonlyMap<string, Picked>>(new Map());
  const subject = useMemo<Subject>(
    () => ({ secret, projectId, projectIds: [...projects.keys()] }),
    [secret, projectId, projects],
  );
  const { draft, text } = written;
  const formPreview = useFormPreview(draft, useCase, subject, isYaml);
  const yamlPreview = useYamlPreview(text, subject, !isYaml);
  const preview = isYaml ? yamlPreview : formPreview;
  const { save, busy, error, forget } = useSave(subject, useCase);
  const refused = failureOf(error);
  const problems = useFieldProblems(refused.problems.length > 0 ? refused.problems : preview.problems);

  const switched = isYaml
    ? toForm(written, untouched, preview, restOf(asItIs), draftOf)
    : toYaml(written, untouched, preview);
  const change = (part: Partial<Draft>): void => {
    forget();
    setWritten((old) => ({ ...old, draft: { ...old.draft, ...part } }));
  };
  const providerId = isYaml ? (preview.secret?.provider.id ?? null) : draft.providerId;
  const addressOf = (yaml: boolean): string => {
    const query = new URLSearchParams({
      ...(yaml && { as: "yaml" }),
      ...(secret === null && projectId !== null && { project: projectId }),
    });
    return `${secret === null ? "/secrets/new" : `/secrets/${secret.id}/edit`}${query.size === 0 ? "" : `?${query}`}`;
  };
  const tab = (yaml: boolean, label: string) => ({
    label,
    href: addressOf(yaml),
    isCurrent: yaml === isYaml,
    refusal: yaml !== isYaml && typeof switched === "string" ? switched : null,
  });

  return (
    <div className="stack">
      <Tabs
        label={secret === null ? "How to make it" : "How to change it"}
        tabs={[tab(false, "Step by step"), tab(true, secret === null ? "From YAML" : "As YAML")]}
        onSelect={() => {
          if (typeof switched === "string") return;
          forget();
          setWritten(switched);
        }}
        replace
      />
      <form
        className="form-columns"
        onSubmit={(event) => {
          event.preventDefault();
          problems.showAll();
          void save(isYaml ? { text } : { draft });
        }}
      >
        <div className="stack">
          {isYaml ? (
            <Suspense fallback={<Loading />}>
              <YamlStep
                text={text}
                isNew={secret === null}
                problems={text.trim() === "" ? [] : preview.problems}
                useCase={useCase}
                onUseCase={setUseCase}
                onChange={(changed) => {
                  forget();
                  setWritten((old) => ({ ...old, text: changed }));
                }}
              />
            </Suspense>
          ) : (
            <FormSteps
              {...{ draft, project, useCase, problems }}
              isNew={secret === null}
              onUseCase={setUseCase}
              onChange={change}
            />
          )}
          {secret === null && projectId === null && (
            <Step number={isYaml ? 2 : 4} title="Projects that get it">
              {providerId === null ? (
                <p className="muted">
                  {isYaml
                    ? "Name the store of a provider first: projects that it reaches are listed here."
                    : "Choose a provider first: projects that it reaches are listed here."}
                </p>
              ) : (
                <ProjectPicker providerId={providerId} selected={projects} onChange={setProjects} />
              )}
              <p className="small muted" role="status">
                {projects.size === 0
                  ? "None yet. It can be assigned later."
                  : `${counted(projects.size, "project")}: ${[...projects.values()].map(({ name }) => name).join(", ")}`}
              </p>
            </Step>
          )}
          {secret !== null && <Touched assignments={secret.assignments} />}
          <ErrorNote error={error} />
          <div className="row">
            <Button
              type="submit"
              look="primary"
              isPending={busy}
              isDisabled={isYaml ? text.trim() === "" : draft.providerId === null}
            >
              {secret === null ? "Create secret" : "Save changes"}
            </Button>
            <LinkButton href={secret === null ? "/secrets" : `/secrets/${secret.id}`}>Cancel</LinkButton>
            {!isYaml && draft.providerId === null && <span className="small muted">Choose a provider first.</span>}
            {refused.code === "CONFLICT" && onStale !== undefined && (
              <Button icon="sync" onPress={onStale}>
                Begin again from what is there now
              </Button>
            )}
          </div>
        </div>
        <PreviewPanel
          preview={preview}
          elsewhere={
            isYaml
              ? preview.problems.filter(({ line }) => line === null)
              : problems.elsewhere((path) => FIELDS.test(path))
          }
        />
      </form>
    </div>
  );
}

/** Where saving writes. */
function Touched({ assignments: { totalCount, nodes } }: Pick<EditedSecret, "assignments">): React.JSX.Element {
  if (totalCount === 0) return <Note>It is in no project: saving changes nothing in a cluster.</Note>;
  return (
    <Note>
      Saving writes it anew in {counted(totalCount, "project")}: {nodes.map(({ project }) => project.name).join(", ")}
      {totalCount > nodes.length && ", …"}.
    </Note>
  );
}

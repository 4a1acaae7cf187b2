import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { useLocation } from "wouter";
import type { SecretUseCase } from "../api/graphql.ts";
import { ProjectPicker, type PickedProject } from "../secret/project-picker.tsx";
import { Button, LinkButton } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { useToasts } from "../ui/toast.tsx";
import { USE_CASE_OPTIONS } from "../ui/words.tsx";
import { CREATE_FROM_MANIFEST, PREVIEW_MANIFEST } from "./documents.ts";
import { PreviewPanel } from "./preview-panel.tsx";
import { NO_PROBLEMS, useSettled } from "./preview.ts";
import { Step } from "./secret-form.tsx";

const PLACEHOLDER = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: payments-database
spec:
  secretStoreRef: { name: corporate-vault, kind: ClusterSecretStore }
  data:
    - secretKey: password
      remoteRef: { key: team-a/db, property: password }`;

/** Makes a secret out of an ExternalSecret in YAML, checked by the same rules as the form. */
export function YamlForm({ projectId }: { projectId: string | null }): React.JSX.Element {
  const [manifest, setManifest] = useState("");
  const [useCase, setUseCase] = useState<SecretUseCase>("GENERIC");
  const [projects, setProjects] = useState<ReadonlyMap<string, PickedProject>>(new Map());
  const [error, setError] = useState<unknown>(null);
  const [create, { loading: busy }] = useMutation(CREATE_FROM_MANIFEST);
  const [, navigate] = useLocation();
  const toasts = useToasts();
  const scope = projectId === null ? "ORGANIZATION" : "PROJECT";
  const settled = useSettled(manifest);
  const isEmpty = manifest.trim() === "";
  const {
    data,
    previousData,
    loading,
    error: previewError,
  } = useQuery(PREVIEW_MANIFEST, {
    variables: { manifest: settled, scope, project: projectId ?? [...projects.keys()][0] ?? null },
    skip: settled.trim() === "",
    fetchPolicy: "no-cache",
  });
  const found = isEmpty ? undefined : (data ?? previousData)?.previewSecretManifest;
  const problems = found?.problems ?? NO_PROBLEMS;

  const save = async (): Promise<void> => {
    try {
      const { data: saved } = await create({
        variables: {
          manifest,
          scope,
          useCase,
          ...(projectId === null ? { projectIds: [...projects.keys()] } : { projectId }),
        },
      });
      toasts.done(`${saved?.createSecretFromManifest.name ?? "The secret"} is made.`);
      navigate(`/secrets/${saved?.createSecretFromManifest.id ?? ""}`);
    } catch (reason) {
      setError(reason);
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
        <Step number={1} title="The ExternalSecret">
          <TextField
            label="YAML"
            value={manifest}
            onChange={(text) => {
              setError(null);
              setManifest(text);
            }}
            rows={18}
            mono
            placeholder={PLACEHOLDER}
            hint="One document. Its name becomes the secret's; what a server fills in is ignored."
            problems={problems.map(({ path, message }) => `${path.join(".")}: ${message}`)}
            isRequired
          />
          <SelectField
            label="What it is for"
            value={useCase}
            options={USE_CASE_OPTIONS}
            onChange={(id) => setUseCase(USE_CASES.find((one) => one === id) ?? "GENERIC")}
          />
        </Step>
        {projectId === null && (
          <Step number={2} title="Projects that get it">
            <ProjectPicker providerId={null} selected={projects} onChange={setProjects} />
          </Step>
        )}
        <ErrorNote error={error} />
        <div className="row">
          <Button type="submit" look="primary" isPending={busy} isDisabled={isEmpty}>
            Create secret
          </Button>
          <LinkButton href="/secrets">Cancel</LinkButton>
        </div>
      </div>
      <PreviewPanel
        preview={{
          manifest: found?.manifest ?? null,
          problems,
          loading: loading || settled !== manifest,
          error: previewError,
        }}
        elsewhere={NO_PROBLEMS}
      />
    </form>
  );
}

const USE_CASES = ["GENERIC", "DATABASE", "IMAGE_PULL_SECRET", "S3", "HUGGING_FACE"] as const;

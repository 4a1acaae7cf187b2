import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { Button, PermittedButton } from "../ui/button.tsx";
import { useIsAdmin } from "../shell/viewer.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted } from "../ui/words.tsx";
import { AssignDialog } from "./assign-dialog.tsx";
import { ForgetSecretDialog, DeleteSecretDialog } from "./delete-secret-dialog.tsx";
import { SECRET, SYNC_SECRET, type SecretDetail } from "./documents.ts";
import { SecretHistory } from "./secret-history.tsx";
import { Manifests } from "./manifests.tsx";
import { Overview } from "./overview.tsx";

const TABS = [
  ["overview", "Overview"],
  ["manifest", "Manifest"],
  ["history", "History"],
] as const;

/** One secret: what is wanted, where it stands and why, and what can be done with it. */
export function SecretPage({ id }: { id: string }): React.JSX.Element {
  const { data, previousData, error, loading } = useQuery(SECRET, { variables: { id } });
  const shown = data ?? previousData;
  if (shown === undefined) return loading ? <Loading /> : <ErrorNote error={error} />;
  const { secret } = shown;
  if (secret === null)
    return (
      <Empty title="There is no such secret">
        <p>It may have been deleted, or it is not assigned to a project of yours.</p>
        <Link href="/secrets">All secrets</Link>
      </Empty>
    );
  return <SecretView secret={secret} error={error} />;
}

function SecretView({ secret, error }: { secret: SecretDetail; error: unknown }): React.JSX.Element {
  const [params] = useSearchParams();
  const tab = TABS.find(([name]) => name === params.get("tab"))?.[0] ?? "overview";
  return (
    <Page title={secret.name} crumbs={<Link href="/secrets">Secrets</Link>} actions={<Actions secret={secret} />}>
      <div className="row">
        <StatusBadge status={secret.status} />
        {secret.statusReason !== null && <span className="break">{secret.statusReason}</span>}
      </div>
      <ErrorNote error={error} />
      <Tabs
        label="About this secret"
        tabs={TABS.map(([name, label]) => ({
          label,
          href: name === "overview" ? `/secrets/${secret.id}` : `/secrets/${secret.id}?tab=${name}`,
          isCurrent: name === tab,
        }))}
      />
      {tab === "overview" && <Overview secret={secret} />}
      {tab === "manifest" && <Manifests secret={secret} />}
      {tab === "history" && <SecretHistory id={secret.id} />}
    </Page>
  );
}

function Actions({ secret }: { secret: SecretDetail }): React.JSX.Element {
  const [open, setOpen] = useState<"assign" | "delete" | "forget" | null>(null);
  const [sync, { loading: syncing }] = useMutation(SYNC_SECRET, { variables: { id: secret.id } });
  const toasts = useToasts();
  const isAdmin = useIsAdmin();
  const { permissions } = secret;
  const close = (): void => setOpen(null);
  return (
    <>
      <PermittedButton
        permissions={permissions}
        action="SYNC"
        icon="sync"
        isPending={syncing}
        hint={`Has the operator fetch its values anew in ${counted(secret.assignments.totalCount, "project")}`}
        onPress={() => {
          sync().then(
            () => toasts.done(`Fetching ${secret.name} anew in ${counted(secret.assignments.totalCount, "project")}.`),
            toasts.failed,
          );
        }}
      >
        Sync now
      </PermittedButton>
      <PermittedButton
        permissions={permissions}
        action="ASSIGN"
        icon="folder"
        hint="Choose the projects that get it"
        onPress={() => setOpen("assign")}
      >
        Assignments
      </PermittedButton>
      <PermittedButton permissions={permissions} action="UPDATE" icon="edit" href={`/secrets/${secret.id}/edit`}>
        Edit
      </PermittedButton>
      {secret.deletionRequestedAt === null && (
        <PermittedButton permissions={permissions} action="DELETE" icon="bin" onPress={() => setOpen("delete")}>
          Delete
        </PermittedButton>
      )}
      {isAdmin && secret.deletionRequestedAt !== null && (
        <Button icon="refuse" onPress={() => setOpen("forget")}>
          Forget
        </Button>
      )}
      {open === "forget" && <ForgetSecretDialog secret={secret} onClose={close} />}
      {open === "assign" && <AssignDialog secret={secret} onClose={close} />}
      {open === "delete" && <DeleteSecretDialog secret={secret} onClose={close} />}
    </>
  );
}

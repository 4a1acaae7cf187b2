import { useMutation } from "@apollo/client/react";
import { SYNC_ASSIGNMENT } from "../secret/documents.ts";
import { PermittedButton } from "../ui/button.tsx";
import { useToasts } from "../ui/toast.tsx";

/** Has one assignment fetched anew. */
export function SyncButton({
  id,
  permissions,
  label,
  notice,
}: {
  /** The assignment's. */
  id: string;
  permissions: React.ComponentProps<typeof PermittedButton>["permissions"];
  /** What it does, where the word on it says too little. */
  label: string;
  /** What is told once it is under way. */
  notice: string;
}): React.JSX.Element {
  const [sync, { loading }] = useMutation(SYNC_ASSIGNMENT, { variables: { id } });
  const toasts = useToasts();
  return (
    <PermittedButton
      permissions={permissions}
      action="SYNC"
      small
      icon="sync"
      isPending={loading}
      aria-label={label}
      onPress={() => {
        sync().then(() => toasts.done(notice), toasts.failed);
      }}
    >
      Sync
    </PermittedButton>
  );
}

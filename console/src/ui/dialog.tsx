import { useState } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button } from "./button.tsx";
import { TextField } from "./fields.tsx";
import { ErrorNote } from "./note.tsx";
import { useToasts } from "./toast.tsx";

/** A dialog over the page: focus stays in it and goes back where it was. */
export function Dialog({
  title,
  onClose,
  wide = false,
  children,
}: {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className="overlay">
      <Modal className={`modal${wide ? " modal-wide" : ""}`}>
        <AriaDialog className="dialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Asks before something that takes away; what destroys wants the name typed. */
export function ConfirmDialog({
  title,
  typed,
  confirm,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  /** What has to be typed; left out: nothing. */
  typed?: string;
  /** The words on the button. */
  confirm: string;
  /** @throws whatever is shown as the reason why it could not be done */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children: React.ReactNode;
}): React.JSX.Element {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const act = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="stack-small">{children}</div>
      {typed !== undefined && (
        <TextField label={`Type ${typed} to confirm`} value={text} onChange={setText} autoFocus />
      )}
      <ErrorNote error={error} />
      <div className="row-end">
        <Button onPress={onClose}>Cancel</Button>
        <Button
          look="danger"
          isPending={busy}
          isDisabled={typed !== undefined && text !== typed}
          onPress={() => void act()}
        >
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}

/** For what is being deleted and does not go away: what is left in the clusters is forgotten, not removed. */
export function ForgetDialog({
  what,
  typed,
  onConfirm,
  onClose,
  children,
}: {
  /** What is forgotten, as a sentence names it. */
  what: string;
  typed: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  /** What stays behind, and where. */
  children: React.ReactNode;
}): React.JSX.Element {
  const toasts = useToasts();
  return (
    <ConfirmDialog
      title={`Forget ${what}?`}
      typed={typed}
      confirm="Forget it"
      onClose={onClose}
      onConfirm={async () => {
        await onConfirm();
        toasts.done(`${what} is forgotten.`);
      }}
    >
      <p>It is being deleted already. Forget it only if that cannot end, for example because its cluster is gone.</p>
      {children}
      <p className="muted">Nobody looks after what stays behind any more. The history keeps what happened.</p>
    </ConfirmDialog>
  );
}

import { useState } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button } from "./button.tsx";
import { TextField } from "./fields.tsx";
import { ErrorNote } from "./note.tsx";

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

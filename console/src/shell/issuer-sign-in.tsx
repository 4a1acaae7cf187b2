import { Heading, Dialog, Modal, ModalOverlay } from "react-aria-components";
import type { SessionEnd } from "../identity/session.ts";
import { Button } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { Brand } from "./brand.tsx";

/** What went wrong at the issuer (src/auth/sign-in/failure.ts), and what to do. */
const PROBLEMS: Readonly<Record<string, string>> = {
  denied:
    "Your identity provider did not let you in, or you cancelled. Try again, or ask whoever manages access there.",
  expired: "The sign-in took too long, or was begun in another browser or at another address. Begin again here.",
  unreachable: "Your identity provider does not answer. Try again in a moment.",
  refused: "Your identity provider did not complete the sign-in. If that happens again, tell whoever runs Secretariat.",
  rejected:
    "You are signed in at your identity provider, but what it issued is not meant for Secretariat. Tell whoever runs Secretariat.",
};
/** As the server makes them. */
const REFERENCE = /^[\w.:-]{1,64}$/;

/** Where the browser is sent to sign in; it comes back to where it is now. */
function signInAddress(): string {
  const { pathname, search } = location;
  const kept = pathname === "/sign-in" ? (new URLSearchParams(search).get("return") ?? "/") : pathname + search;
  return `/auth/sign-in?return=${encodeURIComponent(kept)}`;
}

/** Nobody is signed in: the way to the issuer, and what went wrong on it. */
export function GoToIssuer({ end }: { end: SessionEnd | null }): React.JSX.Element {
  const query = location.pathname === "/sign-in" ? new URLSearchParams(location.search) : new URLSearchParams();
  const problem = PROBLEMS[query.get("problem") ?? ""];
  const reference = query.get("reference") ?? "";
  const hasLeft = end !== null && end.note === null;
  const note = end?.note ?? null;
  return (
    <main className="sign-in">
      <div className="card stack">
        <Brand />
        <h1>{hasLeft ? "You are signed out" : "Sign in"}</h1>
        {note !== null && <Note tone="bad">{note}</Note>}
        {end === null && problem !== undefined && (
          <Note tone="bad">
            <p>{problem}</p>
            {REFERENCE.test(reference) && (
              <p className="small">
                Reference: <code>{reference}</code>
              </p>
            )}
          </Note>
        )}
        {hasLeft && end.endSession !== null && (
          <p className="muted">
            Your identity provider may still know you. On a shared computer, sign out there as well.
          </p>
        )}
        <div className="row">
          <a className="button button-primary" href={signInAddress()}>
            {hasLeft ? "Sign in again" : "Sign in with your identity provider"}
          </a>
          {hasLeft && end.endSession !== null && (
            <a className="button button-plain" href={end.endSession}>
              Sign out there as well
            </a>
          )}
        </div>
      </div>
    </main>
  );
}

/** The server could not be asked who is signed in. */
export function CannotOpen({ onRetry }: { onRetry: () => void }): React.JSX.Element {
  return (
    <main className="sign-in">
      <div className="card stack">
        <Brand />
        <h1>Sign in</h1>
        <Note tone="bad">Secretariat or your identity provider does not answer. Try again in a moment.</Note>
        <div className="row">
          <Button look="primary" onPress={onRetry}>
            Try again
          </Button>
          <a className="button button-plain" href={signInAddress()}>
            Sign in anew
          </a>
        </div>
      </div>
    </main>
  );
}

/** The sign-in has ended while somebody was at work: what they see, and have typed, stays behind it. */
export function SignInAgain(): React.JSX.Element {
  return (
    <ModalOverlay isOpen isKeyboardDismissDisabled className="overlay">
      <Modal className="modal">
        <Dialog className="dialog" role="alertdialog">
          <Heading slot="title" level={2}>
            Your sign-in has ended
          </Heading>
          <p>
            Open a new tab to sign in, and go on here with what you have begun. Signing in here loads this page anew.
          </p>
          <div className="row-end">
            <a className="button button-plain" href={signInAddress()}>
              Sign in here
            </a>
            <a className="button button-primary" href="/auth/sign-in?return=%2Fsign-in" target="_blank" rel="noopener">
              Open a new tab to sign in
            </a>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

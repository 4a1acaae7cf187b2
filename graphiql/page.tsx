import "./workers";
import "graphiql/style.css";
import "./page.css";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { identityKind } from "../console/src/identity/session.ts";
import { EXAMPLES } from "./examples";
import { fetcher } from "./fetcher";
import { isDevelopment, isIssuer, keepToken, mintToken, PEOPLE, readToken, signOut, takeUpSignIn } from "./identity";

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  development: "empty: developer",
  issuer: "empty: as you are signed in",
};

/** The sign-in at the issuer, as the web console has it. */
function IssuerIdentity(): React.JSX.Element {
  const [subject, setSubject] = useState<string | null>(null);
  const [note, setNote] = useState("");
  useEffect(() => {
    takeUpSignIn(setSubject).catch(() => setNote("Secretariat or your identity provider does not answer."));
  }, []);
  return (
    <>
      {subject === null ? (
        <a href="/auth/sign-in?return=%2Fgraphql">Sign in</a>
      ) : (
        <>
          <span>
            Signed in as <strong>{subject}</strong>
          </span>
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        </>
      )}
      <output>{note}</output>
    </>
  );
}

/** The bar above the editor: who the operations are run as. */
function IdentityBar(): React.JSX.Element {
  const [token, setToken] = useState(readToken());
  const [note, setNote] = useState("");
  const change = (next: string): void => {
    keepToken(next);
    setToken(next);
  };
  const become = (label: string): void => {
    const person = PEOPLE.find((candidate) => candidate.label === label);
    setNote("");
    if (person === undefined) change("");
    else
      mintToken(person).then(change, (error: unknown) => setNote(error instanceof Error ? error.message : "No token."));
  };
  return (
    <header className="identity">
      <strong>Secretariat</strong>
      {isIssuer() && <IssuerIdentity />}
      {isDevelopment() && (
        <label>
          Ask as{" "}
          <select id="person" onChange={(event) => become(event.target.value)}>
            <option value="">developer, platform admin (no token)</option>
            {PEOPLE.map(({ label }) => (
              <option key={label}>{label}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        Token{" "}
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder={PLACEHOLDERS[identityKind()] ?? "a bearer token of your issuer"}
          value={token}
          onChange={(event) => change(event.target.value)}
        />
      </label>
      <output>{note}</output>
    </header>
  );
}

const root = document.querySelector("#root");
if (root !== null) {
  createRoot(root).render(
    <>
      <IdentityBar />
      <main>
        <GraphiQL
          fetcher={fetcher}
          plugins={[HISTORY_PLUGIN]}
          defaultTabs={EXAMPLES.map(({ query, variables }) => ({ query, variables: variables ?? "" }))}
          defaultEditorToolsVisibility="variables"
        />
      </main>
    </>,
  );
}

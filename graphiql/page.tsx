import "./workers";
import "graphiql/style.css";
import "./page.css";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { EXAMPLES } from "./examples";
import { fetcher } from "./fetcher";
import { isDevelopment, keepToken, mintToken, PEOPLE, readToken } from "./identity";

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
          placeholder={isDevelopment() ? "empty: developer" : "a bearer token of your issuer"}
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

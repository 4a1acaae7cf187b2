import { useState } from "react";
import { PEOPLE, type Person } from "../identity/people.ts";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/fields.tsx";
import { Brand } from "./brand.tsx";

/** In development: be one of the sample people. */
export function ChoosePerson({ onChoose }: { onChoose: (person: Person) => void }): React.JSX.Element {
  return (
    <main className="sign-in">
      <div className="card stack">
        <Brand />
        <div className="stack-small">
          <h1>Who are you today?</h1>
          <p className="muted">This is a development server: choose one of its sample people.</p>
        </div>
        <div className="stack-small">
          {PEOPLE.map((person) => (
            <button type="button" className="person" key={person.subject} onClick={() => onChoose(person)}>
              <span className="avatar" aria-hidden="true">
                {person.name[0]}
              </span>
              <span>
                <strong>{person.name}</strong>
                <br />
                <span className="muted small">{person.what}</span>
              </span>
            </button>
          ))}
        </div>
      </div>
    </main>
  );
}

/** Where tokens come from an issuer: bring one. */
export function BringToken({
  note,
  onToken,
}: {
  note: string | null;
  onToken: (token: string) => void;
}): React.JSX.Element {
  const [token, setToken] = useState("");
  return (
    <main className="sign-in">
      <form
        className="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== "") onToken(token);
        }}
      >
        <Brand />
        <h1>Sign in</h1>
        <TextField
          label="Token"
          hint="A bearer token of your issuer. It stays in this tab and is sent to this server alone."
          value={token}
          onChange={setToken}
          rows={4}
          mono
          problems={note === null ? [] : [note]}
        />
        <Button type="submit" look="primary">
          Sign in
        </Button>
      </form>
    </main>
  );
}

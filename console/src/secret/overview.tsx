import { Link } from "wouter";
import { Note } from "../ui/note.tsx";
import { Time } from "../ui/time.tsx";
import { durationWord, ProviderLabel, scopeWord, useCaseWord } from "../ui/words.tsx";
import { Assignments } from "./assignments.tsx";
import type { SecretDetail } from "./documents.ts";
import { Keys } from "./keys.tsx";

/** What the secret is, and where each assignment stands. */
export function Overview({ secret }: { secret: SecretDetail }): React.JSX.Element {
  const { provider, spec, project } = secret;
  const isRefreshed = spec.refreshPolicy === "PERIODIC";
  return (
    <div className="stack">
      {provider.status === "ERROR" && (
        <Note tone="warn">
          Its provider {provider.name} has an error{provider.statusReason === null ? "." : `: ${provider.statusReason}`}
        </Note>
      )}
      <Assignments secret={secret} />
      <div className="columns">
        <section className="card stack" aria-labelledby="about">
          <h2 id="about">About</h2>
          <dl className="facts">
            <dt>Provider</dt>
            <dd>
              <Link href={`/providers/${provider.id}`}>
                <ProviderLabel kind={provider.kind} name={provider.name} />
              </Link>
            </dd>
            <dt>Scope</dt>
            <dd>
              {project === null ? (
                scopeWord(secret.scope)
              ) : (
                <>
                  Project <Link href={`/projects/${project.name}`}>{project.name}</Link>
                </>
              )}
            </dd>
            <dt>Use case</dt>
            <dd>{useCaseWord(secret.useCase)}</dd>
            <dt>Fetched</dt>
            <dd>
              {isRefreshed
                ? `every ${durationWord(spec.refreshInterval)}`
                : spec.refreshPolicy === "CREATED_ONCE"
                  ? "once"
                  : "when it changes"}
            </dd>
            <dt>Kubernetes Secret</dt>
            <dd>
              {spec.target.creationPolicy === "NONE" ? (
                "none is written"
              ) : (
                <>
                  <code>{spec.target.name}</code> ({spec.target.type})
                </>
              )}
            </dd>
            <dt>Generation</dt>
            <dd>{secret.generation}</dd>
            <dt>Made</dt>
            <dd>
              <Time at={secret.createdAt} /> by {secret.createdBy}
            </dd>
            <dt>Changed</dt>
            <dd>
              <Time at={secret.updatedAt} />
            </dd>
          </dl>
        </section>
        <section className="card stack" aria-labelledby="keys">
          <h2 id="keys">Keys</h2>
          <Keys spec={spec} />
        </section>
      </div>
    </div>
  );
}

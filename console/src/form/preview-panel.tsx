import { Icon } from "../ui/icon.tsx";
import { ErrorNote, Note } from "../ui/note.tsx";
import type { Problem } from "../api/errors.ts";
import type { Preview } from "./preview.ts";
import { sentence } from "./problems.ts";

/** What would be applied, as the draft is now. */
export function PreviewPanel({
  preview,
  elsewhere,
}: {
  preview: Preview;
  /** Problems that stand at no field of the form. */
  elsewhere: readonly Problem[];
}): React.JSX.Element {
  const { manifest, problems, loading, error } = preview;
  return (
    <section className="card stack sticky" aria-labelledby="preview">
      <div className="row">
        <h2 id="preview">Preview</h2>
        <span className="small muted" role="status">
          {loading ? (
            <>
              <Icon name="spin" className="spin" /> Checking …
            </>
          ) : problems.length > 0 ? (
            `${problems.length} to mend`
          ) : manifest === null ? (
            ""
          ) : (
            "Would be accepted"
          )}
        </span>
      </div>
      <ErrorNote error={error} />
      {elsewhere.length > 0 && (
        <Note tone="warn">
          {elsewhere.map(({ path, message }) => (
            <p key={`${path.join(".")} ${message}`} className="small">
              {path.length > 0 && <code>{path.join(".")}</code>} {sentence(message)}
            </p>
          ))}
        </Note>
      )}
      {manifest === null ? (
        <p className="muted small">The ExternalSecret appears here as soon as there is enough to show.</p>
      ) : (
        <pre className="manifest" tabIndex={0} aria-label="Manifest">
          {manifest}
        </pre>
      )}
    </section>
  );
}

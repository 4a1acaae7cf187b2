import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Timeline } from "../history/timeline.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorNote, Loading } from "../ui/note.tsx";
import { SECRET_HISTORY } from "./documents.ts";

const SIZE = 50;

/** What happened to the secret and its assignments, page by page; the first page is live. */
export function SecretHistory({ id }: { id: string }): React.JSX.Element {
  const [after, setAfter] = useState<string | null>(null);
  const { data, previousData, error } = useQuery(SECRET_HISTORY, { variables: { id, first: SIZE, after } });
  const history = (data ?? previousData)?.secret?.history;
  if (history === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  const { hasNextPage, endCursor } = history.pageInfo;
  return (
    <div className="card stack">
      <Timeline entries={history.nodes} />
      <div className="row">
        {after !== null && <Button onPress={() => setAfter(null)}>Newest</Button>}
        {hasNextPage && (
          <Button
            onPress={() => {
              setAfter(endCursor);
              document.querySelector("#main")?.scrollIntoView();
            }}
          >
            Older
          </Button>
        )}
      </div>
    </div>
  );
}

import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Timeline } from "../history/timeline.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorNote, Loading } from "../ui/note.tsx";
import { SECRET_HISTORY } from "./documents.ts";

const STEP = 50;

/** What happened to the secret and its assignments, live. */
export function SecretHistory({ id }: { id: string }): React.JSX.Element {
  const [first, setFirst] = useState(STEP);
  const { data, previousData, error } = useQuery(SECRET_HISTORY, { variables: { id, first } });
  const history = (data ?? previousData)?.secret?.history;
  if (history === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  return (
    <div className="stack">
      <Timeline entries={history.nodes} />
      {history.pageInfo.hasNextPage && first < 500 && (
        <Button onPress={() => setFirst(Math.min(500, first + STEP * 3))}>Show more</Button>
      )}
    </div>
  );
}

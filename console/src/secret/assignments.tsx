import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { AssignmentList, useAssignmentFind } from "../assignments/assignment-list.tsx";
import { useIsAdmin } from "../shell/viewer.tsx";
import { Empty } from "../ui/note.tsx";
import { counted } from "../ui/words.tsx";
import { AssignmentLine } from "./assignment-line.tsx";
import { ASSIGNMENTS, type AssignmentRow, type SecretDetail } from "./documents.ts";
import { Progress } from "./progress.tsx";
import { ForgetAssignmentDialog, UnassignDialog } from "./unassign-dialogs.tsx";

/** Where each assignment of a secret stands, with the cause and since when. */
export function Assignments({ secret }: { secret: SecretDetail }): React.JSX.Element {
  const { totalCount } = secret.assignments;
  const isAdmin = useIsAdmin();
  const { find, variables, pollInterval } = useAssignmentFind();
  const [leaving, setLeaving] = useState<AssignmentRow | null>(null);
  const [forgotten, setForgotten] = useState<AssignmentRow | null>(null);
  const { data, previousData, error } = useQuery(ASSIGNMENTS, {
    variables: { id: secret.id, ...variables },
    skip: totalCount === 0,
    pollInterval,
  });
  if (totalCount === 0)
    return (
      <section className="card">
        <Empty title="Assigned to no project">
          <p>
            Nothing is written into a cluster yet.{" "}
            {isAdmin && "Choose Assignments to say which projects get this secret."}
          </p>
        </Empty>
      </section>
    );
  const page = (data ?? previousData)?.secret?.assignments;
  return (
    <section className="stack-small" aria-labelledby="assignments">
      <h2 id="assignments">{counted(totalCount, "assignment")}</h2>
      {totalCount > 1 && <Progress id={secret.id} />}
      <AssignmentList
        label="Assignments"
        one="assignment"
        searchLabel="Search assignments by project"
        total={totalCount}
        columns={["Project", "Cluster", "Status", "Since", "Last fetched"]}
        find={find}
        page={page}
        error={error}
        stale={data === undefined}
      >
        {page?.nodes.map((assignment) => (
          <AssignmentLine
            key={assignment.id}
            assignment={assignment}
            onUnassign={setLeaving}
            onForget={isAdmin && secret.scope === "ORGANIZATION" ? setForgotten : null}
          />
        ))}
      </AssignmentList>
      {leaving !== null && <UnassignDialog secret={secret} assignment={leaving} onClose={() => setLeaving(null)} />}
      {forgotten !== null && (
        <ForgetAssignmentDialog secret={secret} assignment={forgotten} onClose={() => setForgotten(null)} />
      )}
    </section>
  );
}

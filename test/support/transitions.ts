import { randomUUID } from "node:crypto";
import { SYSTEM_ACTOR } from "../../src/domain/transition.js";
import type { NewTransition } from "../../src/domain/transition.js";

/** A transition of a cluster that nobody has heard of; the log has no foreign keys. */
export function anyTransition(fields: Partial<NewTransition> = {}): NewTransition {
  const id = randomUUID();
  return {
    subject: "CLUSTER",
    subjectId: id,
    from: null,
    to: "CONNECTED",
    reason: null,
    message: null,
    actor: SYSTEM_ACTOR,
    secretId: null,
    assignmentId: null,
    projectId: null,
    providerId: null,
    clusterId: id,
    ...fields,
  };
}

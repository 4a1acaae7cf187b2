import type { ProjectChange, ProjectWork } from "../../domain/ports/cluster-state.js";
import { FIELD_MANAGER, renderNamespace } from "../../domain/spec/render.js";
import { judgeProject } from "../../domain/status/project-status.js";
import type { Trouble } from "../../domain/status/trouble.js";
import { KubernetesError } from "../kubernetes-error.js";
import type { ObservedNamespace } from "../projection.js";
import { NAMESPACES } from "../resources.js";
import type { LeaderContext } from "./leader-context.js";
import { ANEW, nextPass, type PassResult, record } from "./pass.js";
import { bearsOurId } from "./managers.js";
import { removeObject } from "./remove-object.js";
import { sameVerdict } from "./verdicts.js";

interface Findings {
  object: ObservedNamespace | null;
  trouble: Trouble | null;
  done: Omit<ProjectChange, "id" | "revision" | "verdict" | "noted">;
  /** The namespace was ours, is gone, and was made again. */
  remade: boolean;
}

/** One pass over one project: its namespace is made where it is missing, taken as it is where it exists, and deleted only if asked for and ours. */
export async function reconcileProject(context: LeaderContext, key: string, id: string): Promise<PassResult> {
  const work = await context.projects.load(id);
  if (work === null) {
    context.forget(key);
    return undefined;
  }
  const outcome =
    work.deletionRequestedAt === null ? await ensure(context, key, work) : await remove(context, key, work);
  if (outcome === "stale") return ANEW;
  return await conclude(context, key, work, outcome);
}

const findings = (object: ObservedNamespace | null, rest: Partial<Findings> = {}): Findings => ({
  object,
  trouble: null,
  done: {},
  remade: false,
  ...rest,
});

async function ensure(context: LeaderContext, key: string, work: ProjectWork): Promise<Findings | "stale"> {
  const observed = context.observed.namespaces.get(null, work.name);
  const away = context.troubles.cluster;
  if (away !== null) return findings(observed, { trouble: away });
  try {
    const namespace = observed ?? (await readLive(context, work.name));
    if (namespace !== null)
      return findings(namespace, { done: namespace.uid === work.namespaceUid ? {} : taken(context, work, namespace) });
    // Not ours and gone: whoever made it must decide.
    if (work.namespaceUid !== null && work.namespaceOurs !== true) return findings(null);
    return await create(context, work);
  } catch (error) {
    return findings(null, { trouble: context.troubles.of(key, error) });
  }
}

const taken = (context: LeaderContext, work: ProjectWork, namespace: ObservedNamespace): Findings["done"] => ({
  uid: namespace.uid,
  namespaceOurs: bearsOurId(context, namespace, work.id),
});

async function create(context: LeaderContext, work: ProjectWork): Promise<Findings | "stale"> {
  if (!work.sent) {
    const change = { id: work.id, revision: work.revision, sent: true };
    if (!(await record(context, { kind: "project", change }))) return "stale";
  }
  try {
    const raw = await context.api.create(
      NAMESPACES,
      null,
      renderNamespace({ name: work.name, ids: { installation: context.installation, project: work.id } }),
      { fieldManager: FIELD_MANAGER },
    );
    const namespace = context.projector.namespace(raw);
    context.observed.namespaces.observe(namespace);
    return findings(namespace, {
      done: { uid: namespace.uid, namespaceOurs: true, sent: true },
      remade: work.namespaceUid !== null,
    });
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.status !== 409) throw error;
    const namespace = await readLive(context, work.name);
    if (namespace === null) throw error;
    return findings(namespace, { done: taken(context, work, namespace) });
  }
}

async function readLive(context: LeaderContext, name: string): Promise<ObservedNamespace | null> {
  const raw = await context.api.getByName(NAMESPACES, null, name);
  if (raw === null) return null;
  const namespace = context.projector.namespace(raw);
  context.observed.namespaces.observe(namespace);
  return namespace;
}

const deletesNamespace = (work: ProjectWork): boolean => work.deleteNamespace && work.namespaceOurs === true;

async function remove(context: LeaderContext, key: string, work: ProjectWork): Promise<Findings> {
  const observed = context.observed.namespaces.get(null, work.name);
  const away = context.troubles.cluster;
  if (away !== null) return findings(observed, { trouble: away });
  if (work.remainingAssignments + work.remainingProviders > 0 || !deletesNamespace(work)) return findings(observed);
  const outcome = await removeObject(context, {
    key,
    resource: NAMESPACES,
    namespace: null,
    name: work.name,
    uid: work.namespaceUid,
    deleteSentAt: work.deleteSentAt,
    observed,
    project: (object) => context.projector.namespace(object),
    remember: (object) => void context.observed.namespaces.observe(object),
    isOurs: (object) => bearsOurId(context, object, work.id),
  });
  return { ...outcome, remade: false };
}

async function conclude(context: LeaderContext, key: string, work: ProjectWork, found: Findings): Promise<PassResult> {
  const judgement = judgeProject({
    now: work.now,
    current: work.current,
    unwanted: work.deletionRequestedAt !== null,
    deleteNamespace: deletesNamespace(work),
    remaining: work.remainingAssignments + work.remainingProviders,
    stuck: work.stuck,
    deleteSentAt: found.done.deleteSent === true ? work.now : work.deleteSentAt,
    namespaceUid: found.done.uid ?? work.namespaceUid,
    namespaceOurs: found.done.namespaceOurs ?? work.namespaceOurs,
    trouble: found.trouble,
    object: found.object,
    patience: context.patience,
  });
  const change: ProjectChange = { id: work.id, revision: work.revision, ...found.done };
  if (judgement.verdict === "gone" || !sameVerdict(judgement.verdict, work.current)) change.verdict = judgement.verdict;
  if (found.remade)
    change.noted = { reason: "Drifted", message: "The namespace was deleted by somebody else; it was made again." };
  if (Object.keys(change).length > 2) {
    if (!(await record(context, { kind: "project", change }))) return ANEW;
  }
  if (judgement.verdict === "gone") {
    context.forget(key);
    return undefined;
  }
  // What is in it depends on the namespace: refused while there was none, gone with it, to be made anew in another.
  const another = found.done.uid !== undefined || change.verdict !== undefined;
  if (another && work.deletionRequestedAt === null) context.projectChanged(work.id);
  const unsettled = found.trouble !== null || judgement.verdict.status === "DELETE_FAILED";
  return nextPass(context, { lookAgainIn: judgement.lookAgainIn, unsettled });
}

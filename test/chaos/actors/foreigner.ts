import { NoAnswer, Refusal } from "../answers.js";
import type { Random } from "../random.js";
import { GRACE, orgKey, type World } from "../stage/world.js";
import { byHand } from "./admins.js";

/** What a foreign hand did: the cluster's history is judged by it. */
export interface ForeignDeed {
  at: number;
  cluster: string;
  place: string;
  what: "edited" | "deleted";
}

/** Somebody with kubectl who changes and deletes what is ours. */
export class Foreigner {
  readonly deeds: ForeignDeed[] = [];
  #serial = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  async step(): Promise<void> {
    if (this.world.handsOff) return;
    const cluster = this.random.pick(this.world.stage.clusters);
    const objects = await cluster.objects("externalsecrets");
    const ours = objects.map(placeOf).filter(({ labelled, namespace }) => labelled && !namespace.includes("churn"));
    if (ours.length === 0) return;
    const { namespace, name } = this.random.pick(ours);
    this.#serial += 1;
    const what = this.random.next() < 0.6 ? "edited" : "deleted";
    this.deeds.push({ at: Date.now(), cluster: cluster.name, place: `${namespace}/${name}`, what });
    const of = { resource: "externalsecrets", namespace, name };
    try {
      if (what === "deleted") await cluster.do({ do: "delete", ...of });
      // Another manager each time: a quarrel with one that comes back three times is given up.
      else
        await cluster.do({
          do: "patch",
          ...of,
          manager: `hand-${this.#serial}`,
          patch: { spec: { refreshInterval: "7h0m0s" } },
        });
    } catch {
      // It is gone by now.
    }
  }
}

function placeOf(object: Record<string, unknown>): { namespace: string; name: string; labelled: boolean } {
  const metadata: unknown = object["metadata"];
  const of = (key: string): unknown =>
    typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, key) : undefined;
  const labels = of("labels");
  return {
    namespace: String(of("namespace")),
    name: String(of("name")),
    labelled: typeof labels === "object" && labels !== null && "secretariat.io/assignment" in labels,
  };
}

/** An object that stands where one of ours is wanted. */
export interface Squat {
  cluster: string;
  namespace: string;
  name: string;
  /** Its owner has taken it away. */
  gone: boolean;
}

/** Somebody whose objects stand where the product's would: they must not be touched. */
export class Squatter {
  readonly squats: Squat[] = [];
  #serial = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  async step(): Promise<void> {
    if (this.world.handsOff) return;
    this.#serial += 1;
    const project = this.random.pick([...this.world.projects.values()]);
    const name = `squat-${this.#serial}`;
    const cluster = this.world.stage.cluster(project.cluster);
    const object = byHand(project.name, name, this.world.provider.name, orgKey(1));
    await cluster.do({ do: "write", as: "create", manager: "argocd", object });
    const squat = { cluster: project.cluster, namespace: project.name, name, gone: false };
    this.squats.push(squat);
    try {
      await this.world.api.ask(GRACE, "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id } }", {
        input: {
          name,
          scope: "ORGANIZATION",
          providerId: this.world.provider.id,
          projectIds: [project.id],
          data: [{ secretKey: "value", remoteKey: orgKey(2) }],
        },
      });
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    }
    const old = this.squats.at(-3);
    if (old === undefined || old.gone) return;
    old.gone = true;
    await this.world.stage
      .cluster(old.cluster)
      .do({ do: "delete", resource: "externalsecrets", namespace: old.namespace, name: old.name });
  }
}

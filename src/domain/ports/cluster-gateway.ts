import type { Problem } from "../../errors.js";
import type { Json, JsonObject } from "../json.js";

/** An ExternalSecret in a project's namespace that is not ours, as much of it as is needed to show or adopt it. */
export interface ForeignExternalSecret {
  name: string;
  uid: string;
  labels: { [key: string]: string };
  annotations: { [key: string]: string };
  /** `spec`, whole, as it stands. */
  spec: JsonObject;
  ready: boolean | null;
  /** Of its Ready condition, as `foreignText` leaves them. */
  reason: string | null;
  message: string | null;
  /** Field managers of its spec, the operator left out. */
  managers: string[];
  /** The ids in our label, when it bears our installation's. */
  ownLabels: { assignmentId: string | null } | null;
}

/** What the API needs of a cluster at the moment of asking. Every method throws CLUSTER_UNREACHABLE where the cluster cannot answer. */
export interface ClusterGateway {
  /** Every ExternalSecret of a namespace. */
  listExternalSecrets(clusterId: string, namespace: string): Promise<ForeignExternalSecret[]>;
  /** The cluster's own dry run of an apply. Answers what it refuses; empty: it would accept. */
  dryRun(clusterId: string, manifest: JsonObject): Promise<Problem[]>;
  /**
   * The parts of an ExternalSecret's spec that no connected cluster's CRD knows, as paths from `spec`. Where no cluster is connected every path that the API has
   * no field for is answered: nothing vouches for it.
   */
  unknownSpecPaths(spec: Json): Promise<string[][]>;
  /** The version of external-secrets.io that the cluster serves, "v1" where not known. */
  operatorApiVersion(clusterId: string): "v1" | "v1beta1";
}

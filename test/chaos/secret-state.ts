/** What must be there of a secret; null instead of it: it is gone, or going. */
export interface SecretState {
  generation: number;
  remoteKey: string;
  /** Names of projects, sorted. */
  projects: string[];
}

/** What the API is asked for, to know a secret's state. */
export const STATE_FIELDS =
  "id generation deletionRequestedAt spec { data { remoteKey } } assignments(first: 100) { nodes { deletionRequestedAt project { name } } }";

/** The answer to STATE_FIELDS. */
export interface SecretAnswer {
  id: string;
  generation: number;
  deletionRequestedAt: string | null;
  spec: { data: { remoteKey: string }[] };
  assignments: { nodes: { deletionRequestedAt: string | null; project: { name: string } }[] };
}

/** @param secret null: there is none of that id @returns null: it is gone, or going */
export const stateOf = (secret: SecretAnswer | null): SecretState | null =>
  secret === null || secret.deletionRequestedAt !== null
    ? null
    : {
        generation: secret.generation,
        remoteKey: secret.spec.data[0]?.remoteKey ?? "",
        projects: secret.assignments.nodes
          .filter((node) => node.deletionRequestedAt === null)
          .map((node) => node.project.name)
          .sort(),
      };

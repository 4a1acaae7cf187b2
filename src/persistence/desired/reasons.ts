/** Reasons of the transitions that a person's command writes: UpperCamelCase, for programs. The same word stands in the row's `reason` where it has one. */
export const REASON = {
  created: "Created",
  assigned: "Assigned",
  unassigned: "Unassigned",
  updated: "Updated",
  deletionRequested: "DeletionRequested",
  /** It went at once: nothing of it was ever in a cluster. */
  deleted: "Deleted",
  /** It goes because its project goes. */
  projectDeleted: "ProjectDeleted",
  syncRequested: "SyncRequested",
  adopted: "Adopted",
  abandoned: "Abandoned",
  membersAdded: "MembersAdded",
  membersRemoved: "MembersRemoved",
} as const;
export type Reason = (typeof REASON)[keyof typeof REASON];

/** A sample person of the development identity. */
export interface Person {
  subject: string;
  name: string;
  what: string;
  role: "PLATFORM_ADMIN" | "TEAM_MEMBER";
  groups: readonly string[];
}

/** The people of the sample data, so that both roles can be tried in a minute. */
export const PEOPLE: readonly Person[] = [
  {
    subject: "ada",
    name: "Ada",
    what: "Platform admin: sees and may do everything",
    role: "PLATFORM_ADMIN",
    groups: [],
  },
  {
    subject: "ben",
    name: "Ben",
    what: "Member of checkout and search",
    role: "TEAM_MEMBER",
    groups: ["checkout", "search"],
  },
  { subject: "cleo", name: "Cleo", what: "Member of ml-training", role: "TEAM_MEMBER", groups: ["ml-training"] },
  { subject: "dan", name: "Dan", what: "Signed in, member of nothing", role: "TEAM_MEMBER", groups: [] },
];

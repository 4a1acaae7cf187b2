import type { Viewer } from "../../domain/viewer.js";

const person = (subject: string, name: string, role: Viewer["role"], groups: string[]): Viewer => ({
  subject,
  email: `${subject}@example.com`,
  name,
  role,
  groups,
  expiresAt: null,
});

/** Who asks in development without a token. */
export const DEVELOPER: Viewer = person("developer", "Developer", "PLATFORM_ADMIN", []);
/** Who made the sample's organization secrets. */
export const ADA: Viewer = person("ada", "Ada", "PLATFORM_ADMIN", []);
/** A member of two projects by group. */
export const BEN: Viewer = person("ben", "Ben", "TEAM_MEMBER", ["checkout", "search"]);

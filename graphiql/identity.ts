/** Who the page asks as. The token stays in this tab: it is kept in session storage and sent to this server alone. */
const KEY = "secretariat:token";

export const readToken = (): string => sessionStorage.getItem(KEY) ?? "";

export function keepToken(token: string): void {
  if (token === "") sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}

/** The value of the Authorization header; undefined: none is sent. */
export function authorization(): string | undefined {
  const token = readToken().trim();
  return token === "" ? undefined : `Bearer ${token.replace(/^Bearer\s+/i, "")}`;
}

/** Whether the server offers its development identity. */
export const isDevelopment = (): boolean =>
  document.querySelector('meta[name="secretariat-identity"]')?.getAttribute("content") === "development";

/** A sample person of the development identity. */
export interface Person {
  label: string;
  subject: string;
  role: "PLATFORM_ADMIN" | "TEAM_MEMBER";
  groups: string[];
}

export const PEOPLE: readonly Person[] = [
  { label: "ada, platform admin", subject: "ada", role: "PLATFORM_ADMIN", groups: [] },
  { label: "ben, member of checkout and search", subject: "ben", role: "TEAM_MEMBER", groups: ["checkout", "search"] },
  { label: "cleo, member of ml-training", subject: "cleo", role: "TEAM_MEMBER", groups: ["ml-training"] },
  { label: "dan, member of nothing", subject: "dan", role: "TEAM_MEMBER", groups: [] },
];

/** A token for a sample person. @throws Error with the server's own words */
export async function mintToken(person: Person): Promise<string> {
  const { subject, role, groups } = person;
  const response = await fetch("/dev/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject, role, groups }),
  });
  const answer: unknown = await response.json();
  if (
    typeof answer === "object" &&
    answer !== null &&
    "access_token" in answer &&
    typeof answer.access_token === "string"
  )
    return answer.access_token;
  throw new Error("The server gave no token.");
}

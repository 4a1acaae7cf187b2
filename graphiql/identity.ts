import { IssuerSession } from "../console/src/identity/issuer.ts";
import { identityKind } from "../console/src/identity/session.ts";

/** Who the page asks as. The token stays in this tab: it is kept in session storage and sent to this server alone. */
const KEY = "secretariat:token";

export const readToken = (): string => sessionStorage.getItem(KEY) ?? "";

export function keepToken(token: string): void {
  if (token === "") sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}

/** The sign-in at the issuer, which the web console has too; null: nobody is signed in. */
let session: IssuerSession | null = null;
/** While it is found out whether there is one, nothing is sent. */
let opening: Promise<unknown> = Promise.resolve();

/** The value of the Authorization header: a token that stands in the bar, else the one of the sign-in; undefined: none is sent. */
export async function authorization(): Promise<string | undefined> {
  const token = readToken().trim();
  if (token !== "") return `Bearer ${token.replace(/^Bearer\s+/i, "")}`;
  await opening;
  return await session?.authorization();
}

/** Whether the server offers its development identity. */
export const isDevelopment = (): boolean => identityKind() === "development";
/** Whether people sign in at the issuer. */
export const isIssuer = (): boolean => identityKind() === "issuer";

/** Takes up the sign-in of this browser, and tells whose it is: now, and whenever that changes; null: nobody's. @throws Error where nobody answers */
export async function takeUpSignIn(onChange: (subject: string | null) => void): Promise<void> {
  const tell = (): void => onChange(session?.key ?? null);
  const end = (): void => {
    session = null;
    tell();
  };
  const resumed = IssuerSession.resume({
    onEnd: end,
    onPause: () => onChange(null),
    onResume: tell,
    onOther: () => void takeUpSignIn(onChange),
  });
  opening = resumed.catch(() => null);
  session = await resumed;
  tell();
}

export const signOut = (): void => session?.signOut();

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

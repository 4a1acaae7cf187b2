import { exportSPKI, SignJWT, type JWTPayload } from "jose";
import { now, newSigner } from "./issuer.js";
import { type Abuse, post, type Target } from "./target.js";

const ME = { query: "{ me { subject } }" };
const ADMIN = { sub: "mallory", realm_access: { roles: ["platform-admin"] } };
const REFUSED = /^401 UNAUTHENTICATED/;

const token = (name: string, make: (target: Target) => Promise<string> | string, expects = REFUSED): Abuse => ({
  name: `token: ${name}`,
  run: async (target) => post(target, ME, { authorization: `Bearer ${await make(target)}` }),
  expects,
});

const claimed = (name: string, claims: JWTPayload, header: Record<string, unknown> = {}): Abuse =>
  token(name, ({ issuer }) => issuer.token({ ...ADMIN, ...claims }, issuer.signer, header));

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const unsigned = ({ issuer }: Target, alg: string): string =>
  `${encoded({ alg, typ: "JWT" })}.${encoded({ iss: issuer.url, aud: "secretariat", exp: now() + 60, ...ADMIN })}.`;

/** Signed with the published key as if it were a shared secret. */
async function swapped({ issuer }: Target): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(issuer.signer.publicKey));
  return new SignJWT({ iss: issuer.url, aud: "secretariat", exp: now() + 60, ...ADMIN })
    .setProtectedHeader({ alg: "HS256", kid: "first" })
    .sign(secret);
}

/** Good until a moment ago, and its key withdrawn. */
async function rotated({ issuer }: Target): Promise<string> {
  return issuer.token(ADMIN, await newSigner("withdrawn"));
}

async function tampered(target: Target): Promise<string> {
  const [header, , signature] = target.member.split(".");
  return `${header}.${encoded({ iss: target.issuer.url, aud: "secretariat", exp: now() + 60, ...ADMIN })}.${signature}`;
}

/** Tokens that are not good, one way each. */
export const identity: readonly Abuse[] = [
  { name: "token: none", run: (target) => post(target, ME, { authorization: "" }), expects: REFUSED },
  claimed("expired", { exp: now() - 3_600 }),
  claimed("not yet valid", { nbf: now() + 3_600 }),
  token("without an end", ({ issuer }) => issuer.token(ADMIN, issuer.signer, {}, null)),
  claimed("for another audience", { aud: "another" }),
  claimed("for no audience", { aud: [] }),
  claimed("of another issuer", { iss: "https://evil.example" }),
  claimed("a logout token", {}, { typ: "logout+jwt" }),
  claimed("that brings its own key's address", {}, { kid: "unknown", jku: "http://127.0.0.1:1/keys" }),
  claimed("whose key id is a path", {}, { kid: "../../../etc/passwd" }),
  claimed("whose key id is SQL", {}, { kid: "' OR 1=1 --" }),
  claimed("without a subject", { sub: "" }),
  token("signed by a stranger under a published id", async ({ issuer }) =>
    issuer.token(ADMIN, { ...(await newSigner("first")) }),
  ),
  token("of a key that was withdrawn", rotated),
  token("unsigned", (target) => unsigned(target, "none")),
  token("unsigned, in other letters", (target) => unsigned(target, "nOnE")),
  token("whose algorithm is swapped", swapped),
  token("whose claims were changed", tampered),
  token("of 15 KB", () => "x".repeat(15_000)),
  token("of nothing but dots", () => "...."),
  {
    name: "token: 200 made-up ones at once",
    run: async (target) => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, n) => post(target, ME, { authorization: `Bearer a.${n}.c` })),
      );
      return [...new Set(answers)].join(" | ");
    },
    expects: REFUSED,
    limit: 10_000,
  },
];

import type { Place } from "./place.js";

/** Something that is refused. */
export interface Refusal {
  /** The line of DESIGN.md, or of contract.graphql, that refuses it. */
  title: string;
  as?: "member";
  /** A root field. */
  field: string;
  arguments: (place: Place) => Record<string, unknown>;
  code: string;
  reason?: string;
  /** Of all problems, in any order; a problem that is said twice stands here twice. */
  paths?: readonly string[];
}

/** A secret that would be accepted, for a refusal to be made of. */
export const secretInput = (place: Place, over: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: "new-secret",
  scope: "ORGANIZATION",
  providerId: place.id("vault"),
  data: [{ secretKey: "key", remoteKey: "value" }],
  ...over,
});

export const ownSecretInput = (place: Place, over: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...secretInput(place),
  scope: "PROJECT",
  projectId: place.id("home"),
  providerId: place.id("own-vault"),
  ...over,
});

const auth = { tokenSecretRef: { name: "vault-token", key: "token", namespace: "operator" } };
export const vault = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  server: "https://vault.example.com",
  auth,
  ...over,
});
export const ownVault = (over: Record<string, unknown> = {}): Record<string, unknown> =>
  vault({ auth: { tokenSecretRef: { name: "vault-token", key: "token" } }, ...over });

/** A refusal of createSecret, which its preview must tell of in the same way. */
export function creating(
  title: string,
  over: (place: Place) => Record<string, unknown>,
  refused: Pick<Refusal, "code" | "reason" | "paths" | "as">,
): Refusal {
  return {
    title,
    field: "createSecret",
    arguments: (place) => ({ input: secretInput(place, over(place)) }),
    ...refused,
  };
}

export const bad = (...paths: string[]): Pick<Refusal, "code" | "paths"> => ({ code: "BAD_USER_INPUT", paths });
export const failed = (reason: string): Pick<Refusal, "code" | "reason"> => ({ code: "PRECONDITION_FAILED", reason });
export const conflict = (...paths: string[]): Pick<Refusal, "code" | "paths"> => ({ code: "CONFLICT", paths });
export const forbidden: Pick<Refusal, "code"> = { code: "FORBIDDEN" };

/** JSON of so many levels. */
export const deep = (levels: number): unknown => (levels === 0 ? "end" : { in: deep(levels - 1) });

import { exportSPKI, SignJWT } from "jose";
import type { JWTPayload } from "jose";
import { describe, expect, it } from "vitest";
import type { Viewer } from "../domain/viewer.js";
import { authenticatorFor, goodClaims, newKey, refusal, seconds, startIssuer } from "./testing/support.js";
import type { SigningKey, TestIssuer } from "./testing/support.js";

async function house(): Promise<{ issuer: TestIssuer; key: SigningKey; claims: JWTPayload }> {
  const key = await newKey("first");
  const issuer = await startIssuer([key]);
  return { issuer, key, claims: goodClaims(issuer) };
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a good token", () => {
  it("becomes a viewer", async () => {
    const { issuer, key } = await house();
    const claims = {
      ...goodClaims(issuer),
      exp: 4_102_444_800,
      email: "ada@example.com",
      name: "Ada",
      realm_access: { roles: ["offline_access", "platform-admin"] },
      groups: ["/alpha", "beta", "/alpha", "/org/gamma"],
    };
    await expect(authenticatorFor(issuer).authenticate(`Bearer ${await key.sign(claims)}`)).resolves.toEqual({
      subject: "ada",
      email: "ada@example.com",
      name: "Ada",
      role: "PLATFORM_ADMIN",
      groups: ["alpha", "beta", "org/gamma"],
      expiresAt: 4_102_444_800_000,
    });
  });

  it("without roles and groups is a team member's", async () => {
    const { issuer, key, claims } = await house();
    const viewer = await authenticatorFor(issuer).authenticate(`bearer  ${await key.sign(claims)}`);
    expect(viewer).toMatchObject({ role: "TEAM_MEMBER", groups: [], email: null, name: null });
  });

  it.each(["RS256", "RS512", "PS256", "PS384", "ES256", "ES384", "ES512", "EdDSA"])(
    "may be signed by %s",
    async (alg) => {
      const key = await newKey("first", alg);
      const issuer = await startIssuer([key]);
      const token = await key.sign(goodClaims(issuer));
      await expect(authenticatorFor(issuer).authenticate(`Bearer ${token}`)).resolves.toMatchObject({ subject: "ada" });
    },
  );

  it.each([
    ["one of several audiences", { aud: ["account", "secretariat"] }, {}],
    ["expired within the clocks' difference", { exp: seconds(-25) }, {}],
    ["not yet valid within the clocks' difference", { nbf: seconds(25) }, {}],
    ["of type JWT", {}, { typ: "JWT" }],
    ["of type at+jwt", {}, { typ: "at+jwt" }],
  ])("%s is accepted", async (_, changes, header) => {
    const { issuer, key, claims } = await house();
    const token = await key.sign({ ...claims, ...changes }, header);
    await expect(authenticatorFor(issuer).authenticate(`Bearer ${token}`)).resolves.toMatchObject({ subject: "ada" });
  });

  it("without a key id is tried with each published key", async () => {
    const keys = [await newKey("a"), await newKey("b"), await newKey("c")];
    const issuer = await startIssuer(keys);
    const authenticator = authenticatorFor(issuer);
    for (const key of keys) {
      const token = await key.sign({ ...goodClaims(issuer), jti: key.jwk.kid ?? "" }, { kid: undefined });
      await expect(authenticator.authenticate(`Bearer ${token}`)).resolves.toMatchObject({ subject: "ada" });
    }
    const stranger = await (await newKey("d")).sign(goodClaims(issuer), { kid: undefined });
    expect(await refusal(authenticator.authenticate(`Bearer ${stranger}`))).toBe("The token's signature is wrong.");
  });
});

describe("refused", () => {
  it.each([
    [undefined, "A bearer token is needed."],
    ["", "The Authorization header must be: Bearer, a space, the token."],
    ["Bearer", "The Authorization header must be: Bearer, a space, the token."],
    ["Bearer ", "The Authorization header must be: Bearer, a space, the token."],
    ["Basic YTpi", "The Authorization header must be: Bearer, a space, the token."],
    ["Bearer a b", "The Authorization header must be: Bearer, a space, the token."],
    ["Bearer a,Bearer b", "The Authorization header must be: Bearer, a space, the token."],
    [`Bearer ${"a".repeat(20_000)}`, "The Authorization header is longer than 16384 characters."],
    ["Bearer abc", "The token is not a signed JSON Web Token."],
    ["Bearer a.b.c", "The token is not a signed JSON Web Token."],
    ["Bearer a.b.c.d.e", "The token is not a signed JSON Web Token."],
    [`Bearer ${base64url({ alg: "ES256" })}.${base64url({ sub: "ada" })}`, "The token is not a signed JSON Web Token."],
  ])("is the header %s", async (header, message) => {
    const { issuer } = await house();
    expect(await refusal(authenticatorFor(issuer).authenticate(header))).toBe(message);
  });

  const noSubject = "The token's subject must be text of at most 255 characters, without control characters.";
  it.each<[string, Record<string, unknown>, object, string]>([
    ["an expired token", { exp: seconds(-31) }, {}, "The token has expired."],
    ["one without expiry", { exp: undefined }, {}, 'The token has no "exp".'],
    ["one with a strange expiry", { exp: "tomorrow" }, {}, `The token's "exp" is not as it must be.`],
    ["one not valid yet", { nbf: seconds(60) }, {}, "The token is not valid yet."],
    ["one with a strange nbf", { nbf: "now" }, {}, `The token's "nbf" is not as it must be.`],
    ["one for another audience", { aud: "account" }, {}, "The token is meant for another audience."],
    ["one for nobody", { aud: undefined }, {}, 'The token has no "aud".'],
    ["one of another issuer", { iss: "https://id.example.com" }, {}, "The token is from another issuer."],
    ["one of no issuer", { iss: undefined }, {}, 'The token has no "iss".'],
    ["one without a subject", { sub: undefined }, {}, 'The token has no "sub".'],
    ["an empty subject", { sub: " " }, {}, noSubject],
    ["a long subject", { sub: "a".repeat(256) }, {}, noSubject],
    ["a subject with control characters", { sub: "ada\u202Eada" }, {}, noSubject],
    ["a subject that is no text", { sub: 7 }, {}, noSubject],
    [
      "a subject that history takes for Secretariat",
      { sub: "system" },
      {},
      `The token's subject must not be "system".`,
    ],
    [
      "too many groups",
      { groups: Array.from({ length: 1001 }, (_, n) => `g${n}`) },
      {},
      "The token names more than 1000 groups.",
    ],
    ["a logout token", {}, { typ: "logout+jwt" }, "The token is not an access token: its type is another."],
    ["an unknown key", {}, { kid: "other" }, "The token is signed with a key that its issuer does not publish."],
    ["an unknown critical header", {}, { crit: ["x"], x: 1 }, "The token is not a signed JSON Web Token."],
  ])("is %s", async (_, changes, header, message) => {
    const { issuer, key, claims } = await house();
    const unsupported = "crit" in header;
    const token = unsupported
      ? `${base64url({ alg: "ES256", kid: "first", ...header })}.${base64url(claims)}.c2ln`
      : await key.sign({ ...claims, ...changes }, header);
    const told = await refusal(authenticatorFor(issuer).authenticate(`Bearer ${token}`));
    expect(told).toBe(message);
    for (const part of token.split(".")) expect(told).not.toContain(part);
  });

  it("is a token whose claims were changed", async () => {
    const { issuer, key, claims } = await house();
    const [header, , signature] = (await key.sign(claims)).split(".");
    const token = [header, base64url({ ...claims, sub: "eve" }), signature].join(".");
    expect(await refusal(authenticatorFor(issuer).authenticate(`Bearer ${token}`))).toBe(
      "The token's signature is wrong.",
    );
  });

  it("is a stranger's key under a published id", async () => {
    const { issuer, claims } = await house();
    const token = await (await newKey("first")).sign(claims);
    expect(await refusal(authenticatorFor(issuer).authenticate(`Bearer ${token}`))).toBe(
      "The token's signature is wrong.",
    );
  });

  const algorithms = /^The token must be signed with one of RS256, .*Ed25519\.$/;
  it("is a token without a signature", async () => {
    const { issuer, claims } = await house();
    for (const alg of ["none", "None"]) {
      const token = `${base64url({ alg, kid: "first" })}.${base64url(claims)}.`;
      expect(await refusal(authenticatorFor(issuer).authenticate(`Bearer ${token}`))).toMatch(algorithms);
    }
  });

  it("is a token signed with the public key as a shared secret", async () => {
    const { issuer, key, claims } = await house();
    for (const secret of [await exportSPKI(key.publicKey), JSON.stringify(key.jwk)]) {
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", kid: "first" })
        .sign(new TextEncoder().encode(secret));
      expect(await refusal(authenticatorFor(issuer).authenticate(`Bearer ${token}`))).toMatch(algorithms);
    }
  });

  it("is a token that brings its own key", async () => {
    const { issuer, claims } = await house();
    const own = await newKey("own");
    const token = await own.sign(claims, { kid: "first", jwk: own.jwk, jku: "http://127.0.0.1:1/keys" });
    expect(await refusal(authenticatorFor(issuer).authenticate(`Bearer ${token}`))).toBe(
      "The token's signature is wrong.",
    );
  });
});

describe("the memory of verified tokens", () => {
  it("spares the next check, and ends with the token", async () => {
    const { issuer, key, claims } = await house();
    let now = Date.now();
    const authenticator = authenticatorFor(issuer, { now: () => now, cacheMaxAge: 3_600_000 });
    const header = `Bearer ${await key.sign({ ...claims, exp: seconds(60) })}`;
    const viewer = await authenticator.authenticate(header);
    // Without its keys nothing new can be checked.
    issuer.keys = [];
    expect(await authenticator.authenticate(header)).toBe(viewer);
    now += 91_000;
    expect(await refusal(authenticator.authenticate(header))).toBe("The token has expired.");
  });

  it("is for a limited time", async () => {
    const { issuer, key, claims } = await house();
    let now = Date.now();
    const authenticator = authenticatorFor(issuer, { now: () => now, cacheMaxAge: 1_000 });
    const header = `Bearer ${await key.sign(claims)}`;
    const viewer = await authenticator.authenticate(header);
    now += 1_001;
    const again = await authenticator.authenticate(header);
    expect(again).toEqual(viewer);
    expect(again).not.toBe(viewer);
  });

  it("is bounded, and keeps what was used last", async () => {
    const { issuer, key, claims } = await house();
    const authenticator = authenticatorFor(issuer, { cacheSize: 2 });
    const [a, b, c] = await Promise.all(
      ["a", "b", "c"].map(async (jti) => `Bearer ${await key.sign({ ...claims, jti })}`),
    );
    const viewer = await authenticator.authenticate(a);
    await authenticator.authenticate(b);
    await authenticator.authenticate(a);
    const evicted = await authenticator.authenticate(c);
    expect(await authenticator.authenticate(a)).toBe(viewer);
    const second = await authenticator.authenticate(b);
    expect(await authenticator.authenticate(b)).toBe(second);
    expect(await authenticator.authenticate(a)).toBe(viewer);
    expect(await authenticator.authenticate(c)).not.toBe(evicted);
  });

  it("remembers no refusal", async () => {
    const { issuer, key, claims } = await house();
    issuer.keys = [];
    const authenticator = authenticatorFor(issuer, { keys: { cooldown: 0 } });
    const header = `Bearer ${await key.sign(claims)}`;
    expect(await refusal(authenticator.authenticate(header))).toMatch(/does not publish/);
    issuer.keys = [key.jwk];
    await expect(authenticator.authenticate(header)).resolves.toMatchObject({ subject: "ada" });
  });
});

describe("the development viewer", () => {
  const developmentViewer: Viewer = {
    subject: "developer",
    email: null,
    name: null,
    role: "PLATFORM_ADMIN",
    groups: [],
    expiresAt: null,
  };

  it("is whoever sends no header at all, and nobody else", async () => {
    const { issuer, key, claims } = await house();
    const authenticator = authenticatorFor(issuer, { developmentViewer });
    expect(await authenticator.authenticate(undefined)).toBe(developmentViewer);
    expect(await refusal(authenticator.authenticate(""))).toMatch(/must be: Bearer/);
    expect(await refusal(authenticator.authenticate("Bearer nonsense"))).toMatch(/not a signed/);
    const header = `Bearer ${await key.sign(claims)}`;
    await expect(authenticator.authenticate(header)).resolves.toMatchObject({ subject: "ada", role: "TEAM_MEMBER" });
  });
});

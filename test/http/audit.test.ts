import { serverAudits, type Audit } from "graphql-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";

let app: TestApp;
let token = "";

beforeAll(async () => {
  app = await startTestApp();
  token = (await ApiClient.of(app.url, { subject: "ada" })).token ?? "";
});
afterAll(() => app.stop());

const WITH_TOKEN = { authorization: () => `Bearer ${token}` };
/** What a browser cannot send to another origin without asking first (CSRF prevention). */
const WITH_PREFLIGHT = { ...WITH_TOKEN, "apollo-require-preflight": () => "1" };

const auditsWith = (headers: Readonly<Record<string, () => string>>): Audit[] =>
  serverAudits({
    url: () => `${app.url}/graphql`,
    fetchFn: (input: string, init: RequestInit = {}) => {
      const all = new Headers(init.headers);
      for (const [name, value] of Object.entries(headers)) all.set(name, value());
      return fetch(input, { ...init, headers: all });
    },
  });

const titled = (audits: Audit[]) => audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const);
const isMust = ({ name }: Audit): boolean => name.startsWith("MUST");

describe("GraphQL over HTTP: what a server MUST do (graphql-http's audits)", () => {
  it.each(titled(auditsWith({}).filter(isMust)))("%s, as developer without a token", async (_title, audit) => {
    expect(await audit.fn()).toMatchObject({ status: "ok" });
  });

  it.each(titled(auditsWith(WITH_TOKEN).filter(isMust)))("%s, with a token", async (_title, audit) => {
    expect(await audit.fn()).toMatchObject({ status: "ok" });
  });
});

const STATUS =
  "The status tells what happened under either media type, so that proxies, logs and clients that look at nothing else see the mistake; the body is the same.";
const CSRF =
  "A page of any site can make a browser send this without asking first, so it needs a header that a browser must ask for (CSRF prevention).";

/** The SHOULD and MAY that are not done, and why. */
const NOT_DONE: Readonly<Record<string, string>> = {
  "572B SHOULD use 200 status code on document parsing failure when accepting application/json": STATUS,
  "FDE2 SHOULD use 200 status code on document validation failure when accepting application/json": STATUS,
  "7B9B SHOULD use a status code of 200 on variable coercion failure when accepting application/json": STATUS,
};
const NOT_DONE_WITHOUT_PREFLIGHT: Readonly<Record<string, string>> = {
  ...NOT_DONE,
  "5A70 MAY accept application/x-www-form-urlencoded formatted GET requests": CSRF,
  "D6D5 MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json":
    CSRF,
  "6A70 MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json": CSRF,
};

describe("GraphQL over HTTP: what a server SHOULD or MAY do", () => {
  it.each([
    ["with a header that a browser must ask for first", WITH_PREFLIGHT, NOT_DONE],
    ["without it", WITH_TOKEN, NOT_DONE_WITHOUT_PREFLIGHT],
  ] as const)("%s: all but those that are listed with a reason", async (_title, headers, notDone) => {
    const failed: string[] = [];
    for (const [title, audit] of titled(auditsWith(headers))) {
      if ((await audit.fn()).status !== "ok") failed.push(title);
    }
    expect(failed.sort()).toEqual(Object.keys(notDone).sort());
  });
});

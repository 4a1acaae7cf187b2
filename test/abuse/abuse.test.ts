import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { recordLog } from "../support/recording-log.js";
import { abuses, suffer } from "./all.js";
import { Issuer } from "./issuer.js";
import type { Target } from "./target.js";

/*
 * Everything that nobody should send: each gets a clear refusal in bounded time, and somebody else is answered meanwhile. `npm run abuse` does the same to a process of its own, and shows
 * its memory.
 */

const log = recordLog();
let app: TestApp;
let issuer: Issuer;
let target: Target;

beforeAll(async () => {
  issuer = await Issuer.start();
  app = await startTestApp({
    clusters: ["berlin"],
    logger: log.logger,
    env: {
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: "secretariat",
      MAX_CONNECTIONS: "400",
      REQUEST_TIMEOUT_SECONDS: "2",
    },
  });
  target = {
    url: app.url,
    issuer,
    admin: await issuer.admin("ada"),
    member: await issuer.token({ sub: "ben" }),
    limits: {
      maxBodyBytes: 1_048_576,
      maxFrameBytes: 262_144,
      maxConnections: 400,
      maxSubscriptions: 100,
      requestTimeout: 2_000,
    },
  };
});
afterAll(async () => {
  await app?.stop();
  await issuer?.stop();
});

describe("is refused, in bounded time, at nobody else's cost", () => {
  it.each(abuses)(
    "$name",
    async (abuse) => {
      const { answer, took, bystander } = await suffer(abuse, target);
      expect(answer).toMatch(abuse.expects);
      expect(took).toBeLessThan(abuse.limit ?? 5_000);
      // The attacker shares this process, and its two cores with everything else that is tested.
      expect(bystander.longest).toBeLessThan(5_000);
      expect(bystander.answered).toBeGreaterThan(0);
    },
    70_000,
  );
});

describe("afterwards", () => {
  it("nothing of it was taken for a failure of ours, nor stands in the log as a line of its own", () => {
    for (const { level, time, msg } of log.entries()) {
      expect(["debug", "info", "warn"]).toContain(level);
      expect([typeof time, typeof msg]).toEqual(["string", "string"]);
    }
    expect(log.entries().filter(({ msg }) => msg === "unexpected failure" || msg === "forged")).toEqual([]);
    expect(log.lines.join("")).not.toContain("\u001b[31m");
  });

  it("nothing was written", async () => {
    const data = await ApiClient.withToken(app.url, target.admin).ask(
      "{ secrets { totalCount } projects { totalCount } providers { totalCount } }",
    );
    expect(data).toEqual({ secrets: { totalCount: 0 }, projects: { totalCount: 0 }, providers: { totalCount: 0 } });
  });
});

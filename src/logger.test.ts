import { describe, expect, it } from "vitest";
import { unauthenticated } from "./errors.js";
import { createLogger } from "./logger.js";

function logged(
  level: Parameters<typeof createLogger>[0],
  write: (logger: ReturnType<typeof createLogger>) => void,
): unknown[] {
  const lines: string[] = [];
  write(createLogger(level, { write: (line: string) => void lines.push(line) }));
  return lines.map((line): unknown => JSON.parse(line));
}

describe("createLogger", () => {
  it("writes JSON lines with time, level, message and fields, those of its parents too", () => {
    const [line] = logged("info", (logger) => logger.child({ cluster: "berlin" }).info({ depth: 3 }, "busy"));
    expect(line).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      cluster: "berlin",
      depth: 3,
      msg: "busy",
    });
  });

  it.each([
    ["debug", 4],
    ["info", 3],
    ["warn", 2],
    ["error", 1],
    ["silent", 0],
  ] as const)("leaves out what is less severe than %s", (level, count) => {
    const lines = logged(level, (logger) => {
      for (const each of ["debug", "info", "warn", "error"] as const) logger[each]({}, each);
    });
    expect(lines).toHaveLength(count);
  });

  it("writes no field that is named like a credential, wherever it stands", () => {
    const secrets = {
      authorization: "s1",
      token: "s2",
      password: "s3",
      connectionParams: { a: "s4" },
      access_token: "s5",
      cookie: "s6",
    };
    const lines = logged("debug", (logger) => {
      logger.info(secrets, "top");
      logger.info({ headers: secrets }, "below");
      logger.info({ request: { headers: secrets, databaseUrl: "s7", kubeconfig: "s8" } }, "two below");
      logger.child({ token: "s9" }).info({}, "of a child");
    });
    expect(lines).toHaveLength(4);
    expect(JSON.stringify(lines)).not.toMatch(/s\d/);
    expect(JSON.stringify(lines)).toContain("[redacted]");
  });

  it("writes of an error its type, message, stack, code and causes, and nothing that a library attached", () => {
    const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const error = Object.assign(new TypeError("failed", { cause }), {
      parameters: ["secret value"],
      request: { secret: "value" },
    });
    const [line] = logged("info", (logger) => logger.error({ err: error }, "x"));
    expect(line).toMatchObject({
      err: {
        type: "TypeError",
        message: "failed",
        stack: expect.stringContaining("logger.test") as unknown,
        cause: { message: "refused", code: "ECONNREFUSED" },
      },
    });
    expect(JSON.stringify(line)).not.toContain("secret");
  });

  it("writes what failed side by side: the whole says nothing itself", () => {
    const error = new AggregateError([new Error("on ::1"), new Error("on 127.0.0.1")]);
    const [line] = logged("info", (logger) => logger.error({ err: error }, "x"));
    expect(line).toMatchObject({ err: { errors: [{ message: "on ::1" }, { message: "on 127.0.0.1" }] } });
  });

  it("does not follow causes for ever", () => {
    const error = new Error("round");
    error.cause = error;
    expect(logged("info", (logger) => logger.error({ err: error }, "x"))).toHaveLength(1);
  });

  it("writes of an expected failure its code and message alone", () => {
    const [line] = logged("info", (logger) => logger.warn({ err: unauthenticated() }, "x"));
    expect(line).toMatchObject({ err: { code: "UNAUTHENTICATED", message: "A bearer token is needed." } });
    expect(JSON.stringify(line)).not.toContain("stack");
  });

  it("writes what was thrown that is no error", () => {
    const [line] = logged("info", (logger) => logger.error({ err: "text" }, "x"));
    expect(line).toMatchObject({ err: { message: "text" } });
  });
});

import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConsoleFiles } from "./console.js";

const SCRIPT = `console.log(${JSON.stringify("x".repeat(2_000))});`;
let directory: string;
let files: ConsoleFiles;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "secretariat-console-"));
  await mkdir(join(directory, "assets"));
  await writeFile(join(directory, "index.html"), '<meta name="secretariat-identity" content="%IDENTITY%" />');
  await writeFile(join(directory, "assets", "index-abc.js"), SCRIPT);
  await writeFile(join(directory, "secret.txt"), "not a file of the console");
  files = new ConsoleFiles(directory, "development");
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const page = { headers: { accept: "text/html,*/*" } };
const program = { headers: { accept: "*/*" } };

describe("the console's files", () => {
  it.each(["/", "/secrets", "/projects/checkout", "/index.html"])("gives its page at %s to a browser", (path) => {
    const answer = files.answer(path, page);
    expect(answer?.status).toBe(200);
    expect(answer?.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(String(answer?.body)).toContain('content="development"');
    expect(answer?.headers["cache-control"]).toBe("no-cache");
  });

  it.each(["/secrets", "/secret.txt", "/assets/none.js", "/assets/../index.html", "/%2e%2e/secret.txt"])(
    "has nothing at %s for a program",
    (path) => {
      expect(files.answer(path, program)).toBeNull();
    },
  );

  it("forbids every other origin, and whatever is inline", () => {
    const policy = files.answer("/", program)?.headers["content-security-policy"] ?? "";
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it.each([
    ["gzip, deflate, br", true],
    ["br;q=1.0, gzip;q=0.5", true],
    ["gzip;q=0", false],
    ["gzip;q=0.0", false],
    ["br", false],
    [undefined, false],
  ])("compresses for Accept-Encoding %s: %s", (accepted, compressed) => {
    const headers = accepted === undefined ? {} : { "accept-encoding": accepted };
    const answer = files.answer("/assets/index-abc.js", { headers });
    expect(answer?.headers["content-encoding"]).toBe(compressed ? "gzip" : undefined);
    expect(answer?.headers["vary"]).toBe("Accept-Encoding");
    const body = Buffer.from(answer?.body ?? "");
    expect((compressed ? gunzipSync(body) : body).toString()).toBe(SCRIPT);
  });

  it("lets browsers keep what has a hash in its name, and answers 304 to who has it", () => {
    const answer = files.answer("/assets/index-abc.js", program);
    expect(answer?.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    const again = files.answer("/assets/index-abc.js", {
      headers: { "if-none-match": `W/${answer?.headers["etag"] ?? ""}` },
    });
    expect([again?.status, again?.body]).toEqual([304, ""]);
  });

  it("is not there where it was not built", () => {
    const none = new ConsoleFiles(join(directory, "nowhere"), "token");
    expect([none.present, none.answer("/", page)]).toEqual([false, null]);
    expect(files.present).toBe(true);
  });
});

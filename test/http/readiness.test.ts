import { once } from "node:events";
import { createServer } from "node:net";
import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { startTestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { unique } from "../support/scene.js";
import { RawConnection } from "../support/raw-http.js";

const ready = async (url: string): Promise<number> => {
  try {
    return (await fetch(`${url}/readyz`)).status;
  } catch {
    return 0;
  }
};

/** Whether a change is taken. */
async function works(person: ApiClient): Promise<boolean> {
  try {
    const { errors } = await person.send(
      'mutation ($name: String!) { createProject(input: { name: $name, description: "" }) { id } }',
      { name: unique("team") },
    );
    return errors.length === 0;
  } catch {
    return false;
  }
}

it("is false where the database takes no writes, as a standby does, and true again after it", async () => {
  const app = await startTestApp({ clusters: ["berlin"] });
  onTestFinished(() => app.stop());
  const admin = new Client(app.databaseUrl);
  await admin.connect();
  onTestFinished(() => admin.end());
  const name = new URL(app.databaseUrl).pathname.slice(1);
  const person = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  const others =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
  expect([await ready(app.url), await works(person)]).toEqual([200, true]);

  await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await admin.query(others);
  await eventually(async () => (await ready(app.url)) === 503 && !(await works(person)));
  await admin.query("SET default_transaction_read_only = off");
  await admin.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
  await admin.query(others);
  await eventually(async () => (await ready(app.url)) === 200 && (await works(person)));
});

it("is never true before requests are answered, nor while it stops", async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const first = await startTestApp({ clusters: ["berlin"] });
  onTestFinished(() => first.stop());
  // Another replica migrates.
  const locked = new Client(first.databaseUrl);
  await locked.connect();
  await locked.query("SELECT pg_advisory_lock(5208741963027146091)");
  const starting = first.replica({ PORT: String(port) });
  for (let n = 0; n < 20; n += 1) expect(await ready(url)).toBe(0);
  await locked.end();
  const app = await starting;
  expect(await ready(url)).toBe(200);
  const person = await ApiClient.of(url, { subject: "ada", role: "PLATFORM_ADMIN" });
  expect(await works(person)).toBe(true);

  // A request under way keeps its connection while the process stops; nobody new is let in.
  const open = await RawConnection.to(url);
  open.write(
    `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: 35\r\n\r\n`,
  );
  await eventually(async () => (await ready(url)) === 200);
  const stopping = app.stop();
  await eventually(async () => (await ready(url)) === 0);
  expect(await works(person)).toBe(false);
  open.write('{"query":"{ me { subject role } }"}');
  await open.closed();
  expect(open.statuses).toEqual([200]);
  await stopping;
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { eventually } from "../support/eventually.js";
import { RawConnection, rawRequest } from "../support/raw-http.js";
import { RawWebSocket } from "../support/raw-websocket.js";
import { type Abuse, parsed, type Target, told } from "./target.js";

const JSON_TYPE = "content-type: application/json";
const ME = JSON.stringify({ query: "{ me { subject } }" });

const hostOf = ({ url }: Target): string => `host: ${new URL(url).host}`;
const bearer = ({ admin }: Target): string => `authorization: Bearer ${admin}`;

/** Writes bytes and waits for what the server makes of them. */
async function spoken(target: Target, bytes: string, more?: (raw: RawConnection) => Promise<void>): Promise<string> {
  const raw = await RawConnection.to(target.url);
  raw.write(bytes);
  await more?.(raw);
  await raw.closed(target.limits.requestTimeout + 10_000);
  return raw.statuses.join(",") || "closed";
}

/** What a page of another origin can make a browser send. */
async function forged(target: Target, init: RequestInit, search = ""): Promise<string> {
  const response = await fetch(`${target.url}/graphql${search}`, init);
  return told(response.status, parsed(await response.text()));
}

async function upgraded(target: Target, headers: readonly string[]): Promise<string> {
  const socket = await RawWebSocket.to(target.url, ["sec-websocket-protocol: graphql-transport-ws", ...headers]);
  const [status] = socket.connection.statuses;
  socket.connection.destroy();
  return String(status);
}

/** Sends one frame on a signed-in connection, and waits until the server closes it: with a close frame, or without. */
async function framed(target: Target, send: (socket: RawWebSocket) => void): Promise<string> {
  const socket = await RawWebSocket.signedIn(target.url, target.admin);
  send(socket);
  return endOf(socket);
}

async function endOf(socket: RawWebSocket): Promise<string> {
  await eventually(() => socket.closed() !== null || socket.connection.lasted !== null);
  const code = socket.closed()?.code ?? socket.connection.statuses.at(-1);
  socket.connection.destroy();
  return String(code);
}

/** As many connections as the server takes, each idle after a request; then somebody who has none. */
async function idle(target: Target): Promise<string> {
  const request = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
  const all: RawConnection[] = [];
  for (let n = 0; n < target.limits.maxConnections + 600; n += 100) {
    const some = await Promise.all(Array.from({ length: 100 }, () => RawConnection.to(target.url)));
    for (const raw of some) raw.write(request);
    await Promise.all(some.map((raw) => eventually(() => raw.statuses.length > 0 || raw.lasted !== null)));
    all.push(...some);
  }
  let tries = 0;
  const another = async (): Promise<boolean> => {
    tries += 1;
    const raw = await RawConnection.to(target.url);
    raw.write(request);
    await eventually(() => raw.statuses.length > 0 || raw.lasted !== null);
    raw.destroy();
    return raw.statuses[0] === 200;
  };
  const isLetIn = await eventually(another, 5_000).catch(() => false);
  for (const raw of all) raw.destroy();
  return isLetIn ? `another is let in at the ${tries === 1 ? "first" : "next"} try` : "nobody else is let in";
}

/** A byte a little at a time, by many at once. */
async function loris(target: Target, start: string, drop: string, count: number): Promise<string> {
  const all = await Promise.all(Array.from({ length: count }, () => RawConnection.to(target.url)));
  for (const raw of all) raw.write(start);
  const drops = setInterval(() => all.forEach((raw) => raw.lasted === null && raw.write(drop)), 200);
  await Promise.all(all.map((raw) => raw.closed(target.limits.requestTimeout + 15_000))).finally(() =>
    clearInterval(drops),
  );
  const longest = Math.max(...all.map(({ lasted }) => lasted ?? 0));
  return `${[...new Set(all.flatMap(({ statuses }) => statuses))].join(",") || "closed"}, the last after ${Math.round(longest / 100) / 10} s`;
}

/** More connections than the limit, and what those beyond it are told. */
async function flood(target: Target): Promise<string> {
  const { maxConnections } = target.limits;
  const answers = new Map<string, number>();
  const open: WebSocket[] = [];
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${target.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
      open.push(socket);
      const note = (answer: string): void => {
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
        resolve();
      };
      socket.once("open", () => note("open"));
      socket.once("unexpected-response", (_request, response) => note(String(response.statusCode)));
      socket.on("error", () => resolve());
    });
  for (let n = 0; n < maxConnections + 200; n += 100) await Promise.all(Array.from({ length: 100 }, one));
  for (const socket of open) socket.terminate();
  return [...answers].map(([answer, count]) => `${count}× ${answer}`).join(", ");
}

/** More operations than a connection may have, all at once. */
async function subscribed(target: Target, count: number): Promise<string> {
  const socket = await RawWebSocket.signedIn(target.url, target.admin);
  const query = "subscription { transitions { id } }";
  for (let n = 0; n < count; n += 1) socket.send({ id: String(n), type: "subscribe", payload: { query } });
  const wanted = Math.max(0, count - target.limits.maxSubscriptions);
  const deadline = performance.now() + 20_000;
  const refused = (): number => socket.messages().filter(({ type }) => type === "error").length;
  while (refused() < wanted && performance.now() < deadline) await delay(20);
  const first = socket.messages().find(({ type }) => type === "error");
  socket.connection.destroy();
  return `${refused()} of ${count}: ${told("error", { errors: first?.payload })}`;
}

/** Messages that a client would never send so many of. */
async function hammered(
  target: Target,
  count: number,
  send: (socket: RawWebSocket, n: number) => void,
): Promise<string> {
  const socket = await RawWebSocket.signedIn(target.url, target.admin);
  for (let n = 0; n < count; n += 1) send(socket, n);
  socket.send({ id: "last", type: "subscribe", payload: { query: "{ me { subject } }" } });
  const deadline = performance.now() + 20_000;
  const answered = (): boolean => socket.messages().some(({ id, type }) => id === "last" && type === "next");
  const ended = (): boolean => socket.connection.lasted !== null;
  while (!answered() && !ended() && performance.now() < deadline) await delay(10);
  const said = answered() ? "all answered, and the next operation too" : ended() ? "ended" : "nothing";
  socket.connection.destroy();
  return said;
}

const form = "application/x-www-form-urlencoded";
const MUTATION = 'mutation { deleteProject(id: "x") { id } }';

export const transports: readonly Abuse[] = [
  {
    name: "body: a byte over the limit",
    run: async (target) => {
      const response = await fetch(`${target.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${target.admin}` },
        body: ME.padEnd(target.limits.maxBodyBytes + 1, " "),
      });
      return told(response.status, parsed(await response.text()));
    },
    expects: /^413 BAD_USER_INPUT/,
  },
  {
    name: "body: 64 MiB in chunks",
    run: (target) =>
      spoken(
        target,
        rawRequest([hostOf(target), bearer(target), JSON_TYPE, "transfer-encoding: chunked"]),
        async (raw) => {
          const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
          for (let n = 0; n < 1_000 && raw.lasted === null; n += 1) {
            raw.write(chunk);
            if (n % 20 === 0) await delay(1);
          }
        },
      ),
    expects: /^(?:413|closed)/,
  },
  {
    name: "body: compressed",
    run: (target) =>
      spoken(
        target,
        rawRequest([hostOf(target), bearer(target), JSON_TYPE, "content-encoding: gzip", "connection: close"], "x"),
      ),
    expects: /^415/,
  },
  {
    name: "body: two lengths (request smuggling)",
    run: (target) =>
      spoken(target, rawRequest([hostOf(target), "content-length: 6", "transfer-encoding: chunked"], "0\r\n\r\nX")),
    expects: /^400/,
  },
  {
    name: "headers: 40 KB",
    run: (target) => spoken(target, `GET / HTTP/1.1\r\n${hostOf(target)}\r\nx: ${"y".repeat(40_000)}\r\n\r\n`),
    expects: /^431/,
  },
  {
    name: "headers: 20,000 of them",
    run: (target) => spoken(target, `GET / HTTP/1.1\r\n${hostOf(target)}\r\n${"a: b\r\n".repeat(20_000)}\r\n`),
    expects: /^431/,
  },
  {
    name: "connections: all that there may be, idle",
    run: idle,
    expects: /^another is let in/,
    limit: 30_000,
  },
  {
    name: "slow-loris: 200 that never end their headers",
    run: (target) => loris(target, "POST /graphql HTTP/1.1\r\nhost: x\r\n", "x: y\r\n", 200),
    expects: /^408, the last/,
    limit: 30_000,
  },
  {
    name: "slow-loris: 200 that never send their body",
    run: (target) =>
      loris(target, rawRequest([hostOf(target), bearer(target), JSON_TYPE, "content-length: 5000"], "{"), " ", 200),
    expects: /^408, the last/,
    limit: 30_000,
  },
  ...[form, "multipart/form-data; boundary=x", "text/plain", ""].map((type): Abuse => ({
    name: `CSRF: a mutation as ${type === "" ? "no type" : (type.split(";")[0] ?? "")}`,
    run: (target) =>
      forged(target, {
        method: "POST",
        headers: { "content-type": type, authorization: `Bearer ${target.admin}` },
        body: JSON.stringify({ query: MUTATION }),
      }),
    expects: /^400/,
  })),
  {
    name: "CSRF: a mutation by GET",
    run: (target) =>
      forged(
        target,
        {
          headers: {
            accept: "application/json",
            "apollo-require-preflight": "1",
            authorization: `Bearer ${target.admin}`,
          },
        },
        `?query=${encodeURIComponent(MUTATION)}`,
      ),
    expects: /^405/,
  },
  {
    name: "CSRF: a query by GET, as an image sends it",
    run: (target) =>
      forged(
        target,
        { headers: { authorization: `Bearer ${target.admin}` } },
        `?query=${encodeURIComponent("{ me { subject } }")}`,
      ),
    expects: /^400/,
  },
  {
    name: "CSRF: a page of another origin",
    run: (target) =>
      forged(target, {
        method: "POST",
        headers: { origin: "https://evil.example", "content-type": "application/json" },
        body: ME,
      }),
    expects: /^403/,
  },
  ...["https://evil.example", "null", "http://127.0.0.1:1"].map((origin): Abuse => ({
    name: `WebSocket: from ${origin}`,
    run: (target) => upgraded(target, [`origin: ${origin}`]),
    expects: /^403$/,
  })),
  {
    name: "WebSocket: 10,000 characters of subprotocols",
    run: async (target) => {
      const socket = await RawWebSocket.to(target.url, [`sec-websocket-protocol: ${"a,".repeat(5_000)}b`]);
      return endOf(socket);
    },
    expects: /^(?:4406|400)$/,
  },
  {
    name: "WebSocket: a frame over the limit",
    run: (target) => framed(target, (socket) => socket.sendFrame(1, Buffer.alloc(target.limits.maxFrameBytes + 1, 32))),
    expects: /^1009$/,
  },
  {
    name: "WebSocket: a binary frame",
    run: (target) => framed(target, (socket) => socket.sendFrame(2, Buffer.from("{}"))),
    expects: /^4400$/,
  },
  {
    name: "WebSocket: text that is no UTF-8",
    run: (target) => framed(target, (socket) => socket.sendFrame(1, Buffer.from([0xff, 0xfe]))),
    expects: /^1007$/,
  },
  {
    name: "WebSocket: no JSON",
    run: (target) => framed(target, (socket) => socket.sendFrame(1, Buffer.from("{"))),
    expects: /^4400$/,
  },
  {
    name: "WebSocket: a batch",
    run: (target) => framed(target, (socket) => socket.sendFrame(1, Buffer.from("[{}]"))),
    expects: /^4400$/,
  },
  {
    name: "WebSocket: JSON 50,000 levels deep",
    run: (target) => framed(target, (socket) => socket.sendFrame(1, Buffer.from("[".repeat(50_000)))),
    expects: /^4400$/,
  },
  {
    name: "WebSocket: twice the same id",
    run: (target) =>
      framed(target, (socket) =>
        [1, 2].forEach(() =>
          socket.send({ id: "1", type: "subscribe", payload: { query: "subscription { transitions { id } }" } }),
        ),
      ),
    expects: /^4409$/,
  },
  {
    name: "WebSocket: to sign in twice",
    run: (target) => framed(target, (socket) => socket.send({ type: "connection_init" })),
    expects: /^4429$/,
  },
  {
    name: "WebSocket: to subscribe before signing in",
    run: async (target) => {
      const socket = await RawWebSocket.to(target.url);
      socket.send({ id: "1", type: "subscribe", payload: { query: "{ me { subject } }" } });
      return endOf(socket);
    },
    expects: /^4401$/,
  },
  {
    name: "WebSocket: a bad token",
    run: async (target) => {
      const socket = await RawWebSocket.to(target.url);
      socket.send({ type: "connection_init", payload: { authorization: "Bearer a.b.c" } });
      return endOf(socket);
    },
    expects: /^4403$/,
  },
  {
    name: "WebSocket: 2,000 subscriptions on one connection",
    run: (target) => subscribed(target, 2_000),
    expects: /^1900 of 2000: error QuotaExceeded/,
    limit: 25_000,
  },
  {
    name: "WebSocket: 10,000 pings of the protocol",
    run: (target) => hammered(target, 10_000, (socket) => socket.sendFrame(9, Buffer.alloc(100))),
    // `ws` ends whoever pings faster than they read its answers.
    expects: /^(?:all answered|ended)/,
    limit: 25_000,
  },
  {
    name: "WebSocket: 10,000 pings of graphql-ws",
    run: (target) =>
      hammered(target, 10_000, (socket) => socket.send({ type: "ping", payload: { a: "x".repeat(50) } })),
    expects: /^all answered/,
    limit: 25_000,
  },
  {
    name: "WebSocket: 5,000 completions of nothing",
    run: (target) => hammered(target, 5_000, (socket, n) => socket.send({ id: String(n), type: "complete" })),
    expects: /^all answered/,
    limit: 25_000,
  },
  {
    name: "WebSocket: more connections than the limit",
    run: flood,
    expects: /\d+× open, (?:1?\d\d|200)× 503|503/,
    limit: 60_000,
  },
];

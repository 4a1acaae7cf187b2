// An API server over TLS that takes its time for each request, in a process of its own.
import { createServer } from "node:https";
import { makeCertificate } from "../../../src/cluster/testing/certificate.js";

const LATENCY_MS = 10;
const { key, cert } = makeCertificate("kube");
let connections = 0;
const server = createServer({ key, cert }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const object: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const body = JSON.stringify(object);
    setTimeout(() => {
      response.writeHead(200, { "content-type": "application/json" }).end(body);
    }, LATENCY_MS);
  });
});
server.keepAliveTimeout = 600_000;
server.on("secureConnection", () => {
  connections += 1;
});
process.on("message", ({ id }: { id: number }) => {
  process.send?.({ id, connections });
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ id: 0, port: typeof address === "object" && address !== null ? address.port : 0, cert });
});

import { request } from "node:http";
import { createServer } from "node:https";
import { makeCertificate } from "../../../src/cluster/testing/certificate.js";

/** Puts TLS, with an authority that nobody knows, before an address on loopback that speaks plain HTTP. */
export async function tlsFront(behind: string): Promise<{ url: string; certificate: string; stop(): Promise<void> }> {
  const { key, cert } = makeCertificate("tls-front");
  const { hostname, port } = new URL(behind);
  const server = createServer({ key, cert }, (incoming, answer) => {
    const { method = "GET", url = "/", headers } = incoming;
    const onward = request({ host: hostname, port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `https://127.0.0.1:${address.port}`,
    certificate: cert,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

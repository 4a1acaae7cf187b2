import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** `away`: connections are refused. `denied`: every request is answered as AWS answers a key that it does not know. */
export type FrontMode = "none" | "away" | "denied";

const DENIED = JSON.stringify({
  __type: "UnrecognizedClientException",
  message: "The security token included in the request is invalid.",
});

/** What stands between the operator and a backend, so that the backend can be taken away without losing what it holds. */
export class Front {
  #server: Server | null = null;
  #denied = false;

  constructor(
    private readonly port: number,
    private readonly behind: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async set(mode: FrontMode): Promise<void> {
    this.#denied = mode === "denied";
    if (mode === "away") await this.stop();
    else await this.#listen();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  async #listen(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer((incoming, answer) => this.#handle(incoming, answer));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(this.port, "127.0.0.1", resolve);
    });
  }

  #handle(incoming: IncomingMessage, answer: ServerResponse): void {
    if (this.#denied) {
      incoming.resume();
      answer.writeHead(400, { "content-type": "application/x-amz-json-1.1" }).end(DENIED);
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request(
      { host: "127.0.0.1", port: this.behind, ...(method === undefined ? {} : { method }), path: url ?? "/", headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  }
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { JSONWebKeySet } from "jose";
import { isLocalRequest } from "./loopback.js";
import { checkTokenRequest, DEFAULT_EXPIRES_IN } from "./token-request.js";
import type { TokenRequest } from "./token-request.js";

const MAX_BODY = 16_384;

/** What the issuer gives out. */
export interface IdentityDocuments {
  readonly discovery: () => Record<string, unknown>;
  readonly jwks: () => JSONWebKeySet;
  readonly mintToken: (request: TokenRequest) => Promise<string>;
}

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

type Route = { methods: readonly string[]; answer: (request: IncomingMessage) => Promise<Answer> };

/** DevelopmentIdentity.handle, as told there. */
export function createIdentityHandler(
  issuer: URL,
  documents: IdentityDocuments,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const serve = (document: () => unknown): Route => ({
    methods: ["GET", "HEAD"],
    answer: async () => ({ status: 200, body: document() }),
  });
  const base = issuer.pathname.replace(/\/$/, "");
  const routes = new Map<string, Route>([
    [`${base}/.well-known/openid-configuration`, serve(documents.discovery)],
    [`${base}/jwks`, serve(documents.jwks)],
    [`${base}/token`, { methods: ["POST"], answer: (request) => token(request, documents.mintToken) }],
  ]);

  return (request, response) => {
    const [path = ""] = (request.url ?? "").split("?", 1);
    const route = routes.get(path);
    if (route === undefined) return false;
    answerOf(route, request, issuer).then(
      (answer) => send(request, response, answer),
      () => send(request, response, { status: 500, body: { error: "The development identity failed." } }),
    );
    return true;
  };
}

async function answerOf(route: Route, request: IncomingMessage, issuer: URL): Promise<Answer> {
  if (!isLocalRequest(issuer, request.headers.host, request.headers.origin)) {
    return { status: 403, body: { error: "The development identity answers this machine only." } };
  }
  if (!route.methods.includes(request.method ?? "")) {
    const allow = route.methods.join(", ");
    return { status: 405, body: { error: `The method must be ${allow}.` }, headers: { allow } };
  }
  return route.answer(request);
}

async function token(request: IncomingMessage, mintToken: IdentityDocuments["mintToken"]): Promise<Answer> {
  // A page of another origin can send no JSON without asking first, and is never allowed to.
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers["content-type"] ?? "")) {
    return { status: 415, body: { error: "The body must be application/json." } };
  }
  const text = await bodyOf(request);
  if (text === null)
    return {
      status: 413,
      body: { error: `The body is larger than ${MAX_BODY} bytes.` },
      headers: { connection: "close" },
    };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { status: 400, body: { error: "The body is no JSON." } };
  }
  const checked = checkTokenRequest(body);
  if ("problems" in checked)
    return { status: 400, body: { error: "The request is not right.", problems: checked.problems } };
  const accessToken = await mintToken(checked.request);
  const expiresIn = checked.request.expiresIn ?? DEFAULT_EXPIRES_IN;
  return { status: 200, body: { access_token: accessToken, token_type: "Bearer", expires_in: expiresIn } };
}

/** Null: too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  const stream: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(request: IncomingMessage, response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

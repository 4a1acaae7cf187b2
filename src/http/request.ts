import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

type Request = Pick<IncomingMessage, "url" | "headers">;

const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** The target's path, still encoded; also of the absolute form that proxies may send (RFC 9112, 3.2.2). */
export const pathOf = (request: Request): string => targetOf(request).split("?", 1)[0] ?? "/";

/** The query with its question mark, or empty. */
export function searchOf(request: Request): string {
  const target = targetOf(request);
  const mark = target.indexOf("?");
  return mark < 0 ? "" : target.slice(mark);
}

const targetOf = ({ url = "/" }: Request): string => {
  const origin = /^https?:\/\/[^/?]*/i.exec(url)?.[0] ?? "";
  const target = url.slice(origin.length);
  return target.startsWith("/") ? target : `/${target}`;
};

/** Each header once, by its name in lower case. */
export function headersOf({ headers }: Request): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) found.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return found;
}

/** What the request is called in the log: as a proxy calls it, where that is fit to stand there. */
export function requestIdOf({ headers }: Request): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Bytes of a body that Node.js may read over, to keep the connection for the next request. */
const NEGLIGIBLE_BODY = 65_536;

/** Whether much of a body may still come, or nobody knows how much. */
export function isBodyPending(request: Pick<IncomingMessage, "headers" | "complete">): boolean {
  const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
  return !request.complete && (encoding !== undefined || Number(length) > NEGLIGIBLE_BODY);
}

import type { IncomingMessage } from "node:http";

/** Why a body is not taken, with the HTTP status to answer. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  constructor(
    readonly status: 400 | 413 | 415,
    message: string,
  ) {
    super(message);
  }
}

/** The client went away, or was too slow, before its request was there: nobody is left to answer. */
export class RequestAborted extends Error {
  override readonly name = "RequestAborted";
}

/**
 * Reads a request's body whole.
 * @param maxBytes more is refused while it is still coming; the connection stays, so that the refusal can be told
 * @throws BodyError, RequestAborted
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = request.headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding !== "identity") throw new BodyError(415, "Compressed requests are not accepted.");
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  return await new Promise((resolve, reject) => {
    const stop = (): void => {
      request.pause();
      request.removeAllListeners("data").off("end", onEnd).off("close", onClose);
    };
    const onEnd = (): void => {
      stop();
      resolve(Buffer.concat(chunks));
    };
    const onClose = (): void => {
      stop();
      reject(new RequestAborted("the request ended before its end"));
    };
    request.on("end", onEnd).on("close", onClose);
    // Told by `close` as well.
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      stop();
      reject(tooLarge(maxBytes));
    });
    if (request.destroyed && !request.readableEnded) onClose();
  });
}

const tooLarge = (maxBytes: number): BodyError =>
  new BodyError(413, `The request's body is larger than ${maxBytes} bytes.`);

/**
 * The JSON in a body; undefined where it says that it is something else, which GraphQL then refuses.
 * @throws BodyError for what says that it is JSON and is not
 */
export function parseBody(contentType: string | undefined, body: Buffer): unknown {
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType?.trim() ?? "")) return undefined;
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? "")?.[1] ?? "utf-8";
  if (!/^utf-?8$/i.test(charset)) throw new BodyError(415, "JSON is accepted in UTF-8 only.");
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new BodyError(400, "The request's body is not JSON.");
  }
}

/** Most that is thrown away of a body that nobody wants, so that its sender comes to read why: bytes, milliseconds. */
const LINGER = { bytes: 8 * 1024 * 1024, time: 2_000 };

/** Throws away what still comes of a body; `then` is called at its end, or at the limit. */
export function discardBody(request: IncomingMessage, then: () => void): void {
  let size = 0;
  const end = (): void => {
    clearTimeout(late);
    request.removeAllListeners("data").off("end", end).off("close", end);
    then();
  };
  const late = setTimeout(end, LINGER.time);
  request.on("end", end).on("close", end);
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > LINGER.bytes) end();
  });
  request.resume();
}

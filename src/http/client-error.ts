import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/**
 * Ends a connection whose bytes are no HTTP request, or did not come in time: with a status where none was sent yet, and at once where an answer is on its way already.
 * @param underWay the answer that the connection is waiting for
 */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  underWay: Pick<ServerResponse, "headersSent"> | undefined,
): void {
  if (!socket.writable || error.code === "ECONNRESET" || underWay?.headersSent === true) {
    socket.destroy();
    return;
  }
  const status = STATUS[error.code ?? ""] ?? "400 Bad Request";
  endWith(socket, `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** Refuses an upgrade in plain words. @param status with its reason phrase: `403 Forbidden` */
export function refuseUpgrade(socket: Duplex, status: string, message: string): void {
  const length = Buffer.byteLength(message);
  endWith(
    socket,
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${message}`,
  );
}

/** Half-closed alone, a connection that Node.js no longer watches would stay as long as its peer likes. */
function endWith(socket: Duplex, bytes: string): void {
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  socket.end(bytes);
}

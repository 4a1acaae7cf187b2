import { IssuerUnreachable } from "./settings.js";

/** Discovery documents and key sets are a few kilobytes. */
const MAX_BYTES = 262_144;

/**
 * The JSON text that an issuer serves at an address, at most 256 KiB. Redirects are not followed: an issuer's answer is not to lead elsewhere.
 * @throws IssuerUnreachable for whatever goes wrong.
 */
export async function fetchJsonText(url: URL, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal, redirect: "manual", headers: { accept: "application/json" } });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new IssuerUnreachable(`${url.href} answered ${response.status}`);
    }
    return await boundedText(response, url);
  } catch (error) {
    if (error instanceof IssuerUnreachable) throw error;
    throw new IssuerUnreachable(`${url.href} could not be read`, { cause: error });
  }
}

/**
 * The body of an issuer's answer, at most 256 KiB.
 * @throws IssuerUnreachable where it is larger
 */
export async function boundedText(response: Response, url: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Throwing ends the iteration, which cancels the body.
    if (size > MAX_BYTES) throw new IssuerUnreachable(`${url.href} answered more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** @throws IssuerUnreachable where the text is no JSON object. */
export function parseObject(text: string, url: URL): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new IssuerUnreachable(`${url.href} answered no JSON`);
  }
  if (!isObject(value)) throw new IssuerUnreachable(`${url.href} answered no JSON object`);
  return value;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

import { type Cipheriv, createCipheriv, createDecipheriv } from "node:crypto";
import type { LogPlace } from "../domain/ports/transition-stream.js";

/*
 * A cursor is one AES-128 block in base64url: 8 bytes of position, then the first 8 bytes of the id of the transition that stands there (zeros: none stands there). One block
 * under a key of its own needs no mode and no nonce, the same place gives the same cursor, and nobody reads counts from it. It is no proof of origin: `unsealPlace`
 * answers what it finds, and the log says whether it is so.
 */

const CIPHER = "aes-128-ecb";
const BLOCK = 16;
const PREFIX = 8;
const TEXT = /^[A-Za-z0-9_-]{22}$/;
/** No log grows that long; a position above is a sign of a block under another key. */
const LIMIT = 2n ** 53n;

/** @param key the installation's, 16 bytes */
export function sealPlace(key: Buffer, place: LogPlace): string {
  const block = Buffer.alloc(BLOCK);
  block.writeBigUInt64BE(place.position);
  if (place.transitionId !== null) idPrefix(place.transitionId).copy(block, PREFIX);
  // Each block stands for itself, so one cipher goes on for ever: making it costs ten times as much as a block.
  let cipher = ciphers.get(key);
  if (cipher === undefined) {
    cipher = createCipheriv(CIPHER, key, null).setAutoPadding(false);
    ciphers.set(key, cipher);
  }
  return cipher.update(block).toString("base64url");
}

const ciphers = new WeakMap<Buffer, Cipheriv>();

/**
 * @param key the installation's, 16 bytes
 * @returns the position, and the first 8 bytes of the transition's id (null: none stands there); null for what cannot be a cursor of this key. One in 32,768 made-up texts passes for one.
 */
export function unsealPlace(key: Buffer, cursor: string): { position: bigint; idPrefix: Buffer | null } | null {
  if (!TEXT.test(cursor)) return null;
  const sealed = Buffer.from(cursor, "base64url");
  // The last character holds four bits that no byte uses: another spelling of the same block is none that we gave.
  if (sealed.length !== BLOCK || sealed.toString("base64url") !== cursor) return null;
  const decipher = createDecipheriv(CIPHER, key, null).setAutoPadding(false);
  const block = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const position = block.readBigUInt64BE();
  if (position >= LIMIT) return null;
  const prefix = block.subarray(PREFIX);
  if (prefix.equals(Buffer.alloc(PREFIX))) return { position, idPrefix: null };
  return isVersion4(prefix) ? { position, idPrefix: prefix } : null;
}

/** The first 8 bytes of a UUID. */
export function idPrefix(id: string): Buffer {
  return Buffer.from(id.replaceAll("-", "").slice(0, 2 * PREFIX), "hex");
}

// Every transition's id is a random one (RFC 9562, version 4).
function isVersion4(prefix: Buffer): boolean {
  return prefix.readUInt8(6) >> 4 === 4;
}

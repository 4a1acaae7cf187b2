import { expect } from "vitest";
import type { Problem } from "../../errors.js";
import type { Json, JsonObject } from "../../domain/json.js";
import { isJsonObject } from "../../domain/json.js";
import type { ProviderKind, SecretScope } from "../../domain/kinds.js";
import { createProviderCatalog } from "../catalog.js";

/** A self-signed certificate in PEM, in base64. Its private key was never kept. */
export const CERTIFICATE =
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJlekNDQVNHZ0F3SUJBZ0lVYmVqV3dKT2YrNENGajRQaTVhVzNnZWowb2ZN" +
  "d0NnWUlLb1pJemowRUF3SXcKRWpFUU1BNEdBMVVFQXd3SGRHVnpkQ0JqWVRBZ0Z3MHlOakV4TWpReE16TTVOREZhR0E4eU1USTJN" +
  "VEF6TVRFegpNemswTVZvd0VqRVFNQTRHQTFVRUF3d0hkR1Z6ZENCallUQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VICkEw" +
  "SUFCQnk3ZEZDU2RiNjdQSHduRG8wOTRZYzMvUzROL3NlbWd2d1VERjQzV2puelB4eDVqMVZIMFIyQjRVYjEKQ3FCc1dZbHZCQzU0" +
  "N2JOZGRGelJLSkdvVE82alV6QlJNQjBHQTFVZERnUVdCQlFzMVFRNC9hdDV1dGJvYWpKWQozME1GemtIV1NqQWZCZ05WSFNNRUdE" +
  "QVdnQlFzMVFRNC9hdDV1dGJvYWpKWTMwTUZ6a0hXU2pBUEJnTlZIUk1CCkFmOEVCVEFEQVFIL01Bb0dDQ3FHU000OUJBTUNBMGdB" +
  "TUVVQ0lRRExOUlV4RjY0QlQ4MkpjUTBaZ2ZUSEFlRDgKaEZLa2NoUGcxbUFtck1FWE93SWdabXRTU1U4aDRoK0JTbG5xTE5uT3dZ" +
  "NGkvcjM1Q012dUgzaEM1ZE0rZkVvPQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==";

export const catalog = createProviderCatalog();

interface Circumstances {
  scope?: SecretScope;
  byMember?: boolean;
  memberProviderHosts?: readonly string[];
}

export const validate = (kind: ProviderKind, input: JsonObject, circumstances: Circumstances = {}) =>
  catalog.validate(kind, input, { scope: "ORGANIZATION", byMember: false, memberProviderHosts: [], ...circumstances });

/** `path: message` of each problem, without the "This" that every message begins with. */
export const told = (problems: readonly Problem[]): string[] =>
  problems.map(({ path, message }) => `${path.join(".")}: ${message.replace(/^This /, "")}`);

/** A copy without any field of that name, at every depth. */
export function without(name: string, value: JsonObject): JsonObject {
  const entries = Object.entries(value).filter(([key]) => key !== name);
  return Object.fromEntries(entries.map(([key, inner]) => [key, isJsonObject(inner) ? without(name, inner) : inner]));
}

/** The paths of all fields, objects included. */
export function pathsOf(value: Json, path: string[] = []): string[][] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...pathsOf(inner, [...path, key])]);
}

/** A copy with the field at `path` replaced, or taken away where the replacement is undefined. */
export function replaced(value: JsonObject, path: readonly string[], replacement: Json | undefined): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const inner = value[first];
  if (rest.length > 0 && !isJsonObject(inner)) return value;
  const { [first]: _, ...others } = value;
  const next = rest.length > 0 && isJsonObject(inner) ? replaced(inner, rest, replacement) : replacement;
  return next === undefined ? others : { ...value, [first]: next };
}

/** `expect.stringContaining`, whose declared type is any. */
export const containing = (words: string): unknown => expect.stringContaining(words);

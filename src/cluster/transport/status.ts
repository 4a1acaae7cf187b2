import type { IncomingHttpHeaders } from "node:http";
import { foreignText } from "../../domain/foreign-text.js";
import { KubernetesError, type StatusCause, type StatusDetails } from "../kubernetes-error.js";

const MAX_CAUSES = 50;
const MAX_FIELD_LENGTH = 1_024;
const TEMPLATE = "spec.target.template";
const MAX_RETRY_AFTER_MS = 5 * 60_000;

type Fields = { readonly [key: string]: unknown };
const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function detailsOf(details: Fields): StatusDetails {
  return {
    name: textOf(details["name"]),
    group: textOf(details["group"]),
    kind: textOf(details["kind"]),
    uid: textOf(details["uid"]),
  };
}

function causesOf(details: Fields): StatusCause[] {
  const causes = details["causes"];
  if (!Array.isArray(causes)) return [];
  return causes.slice(0, MAX_CAUSES).map((cause: unknown) => {
    const fields = fieldsOf(cause);
    const field = textOf(fields["field"]).slice(0, MAX_FIELD_LENGTH);
    // The field decides whether the message may quote a template.
    const place = field.includes(TEMPLATE) ? `${TEMPLATE}: ` : "";
    const message = foreignText(place + textOf(fields["message"])).slice(place.length);
    return { reason: foreignText(textOf(fields["reason"])), field, message };
  });
}

function retryAfterOf(seconds: unknown): number | null {
  const value = typeof seconds === "string" ? Number.parseInt(seconds, 10) : seconds;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return null;
  return Math.min(value * 1000, MAX_RETRY_AFTER_MS);
}

/** A Kubernetes Status (kind Status, status Failure) as an error. `code` and `retryAfter` stand in where it names none itself. */
export function errorOfStatus(status: unknown, code = 0, retryAfter?: string): KubernetesError {
  const fields = fieldsOf(status);
  const details = fieldsOf(fields["details"]);
  const number = typeof fields["code"] === "number" ? fields["code"] : code;
  const reason = foreignText(textOf(fields["reason"]));
  return new KubernetesError(
    number,
    reason,
    foreignText(textOf(fields["message"])) || reason || `HTTP ${number}`,
    detailsOf(details),
    causesOf(details),
    retryAfterOf(retryAfter) ?? retryAfterOf(details["retryAfterSeconds"]),
  );
}

/** An answer with an HTTP status of 300 or more as an error, whether it holds a Status or a proxy's page. */
export function errorOfResponse(code: number, headers: IncomingHttpHeaders, body: string): KubernetesError {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Told below: not every refusal comes from the API server.
  }
  if (fieldsOf(parsed)["kind"] === "Status") return errorOfStatus(parsed, code, headers["retry-after"]);
  const type = headers["content-type"] ?? "no content type";
  const text = type.startsWith("text/plain") ? `: ${body}` : "";
  return errorOfStatus({ message: `HTTP ${code} (${type})${text}` }, code, headers["retry-after"]);
}

/** `a, b, c` for a message. */
export const list = (names: readonly string[]): string => names.join(", ");

/**
 * A field's name as a message may show it. What is long or strange is not shown: it may be a credential that was pasted into the wrong place.
 */
export const shownName = (name: string): string => (/^[\w.-]{1,40}$/.test(name) ? name : "(unknown)");

/** DNS-1123 subdomain and label, as the operator's CRDs demand of the things that a store refers to (ESO `apis/meta/v1`). */
export const DNS_SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
export const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
/** An entry of a Secret or ConfigMap. */
export const ENTRY_NAME = /^[-._a-zA-Z0-9]+$/;

/** A mount point of Vault: segments without `.` and `..`, no slash at either end. */
export const MOUNT_PATH = /^(?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*$/;

/** Regions and locations become part of a host name: no dot, no slash. */
export const AWS_REGION = /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;
export const GOOGLE_LOCATION = /^[a-z](?:[a-z0-9-]{0,40}[a-z0-9])?$/;
/** A project's id (also of a domain, `example.com:project`) or number. */
export const GOOGLE_PROJECT = /^(?:(?:[a-z0-9-]+\.)+[a-z]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$|^\d{6,20}$/;
export const AWS_ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
export const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

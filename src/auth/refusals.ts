import { errors } from "jose";
import { ExpectedError, unauthenticated } from "../errors.js";
import { IssuerUnreachable } from "./settings.js";

/** Public-key signatures only: with a shared secret, whoever can check a token can make one. */
export const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/**
 * The refusal that a person can act on, for whatever verification threw. Nothing of the token is quoted: neither its claims nor its header were written by anybody
 * known. Null: not a fault of the token.
 */
export function refusalOf(error: unknown): ExpectedError | null {
  if (error instanceof ExpectedError) return error;
  if (error instanceof IssuerUnreachable || error instanceof errors.JWKSTimeout) {
    return unauthenticated("The issuer of tokens cannot be reached now, so the token cannot be checked. Try again.");
  }
  if (error instanceof errors.JWTExpired) return unauthenticated("The token has expired.");
  if (error instanceof errors.JWTClaimValidationFailed) return unauthenticated(claimRefusal(error));
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return unauthenticated(`The token must be signed with one of ${ALGORITHMS.join(", ")}.`);
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return unauthenticated("The token is signed with a key that its issuer does not publish.");
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return unauthenticated("The token's signature is wrong.");
  if (
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported
  ) {
    return unauthenticated("The token is not a signed JSON Web Token.");
  }
  return null;
}

function claimRefusal({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === "missing") return `The token has no "${claim}".`;
  if (claim === "nbf" && reason === "check_failed") return "The token is not valid yet.";
  if (claim === "aud") return "The token is meant for another audience.";
  if (claim === "iss") return "The token is from another issuer.";
  return `The token's "${claim}" is not as it must be.`;
}

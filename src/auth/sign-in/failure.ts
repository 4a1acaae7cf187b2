/**
 * Why somebody could not be signed in, or stay it:
 * `denied`: they, or the issuer's rules, said no;
 * `expired`: it was not begun in this browser, or too long ago;
 * `unreachable`: the issuer does not answer now;
 * `refused`: the issuer answered, and not with what OpenID Connect promises, or our client is not set up there as it must be;
 * `rejected`: the issuer's access token is not one that this API takes;
 * `ended`: the issuer gives no more tokens for this sign-in.
 */
export type SignInProblem = "denied" | "expired" | "unreachable" | "refused" | "rejected" | "ended";

/** `message` is for the log: no token and no code stands in it. */
export class SignInFailure extends Error {
  override readonly name = "SignInFailure";
  constructor(
    readonly problem: SignInProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

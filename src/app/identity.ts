import type { IncomingMessage, ServerResponse } from "node:http";
import { createAuthenticator, type Authenticator } from "../auth/authenticator.js";
import { createRemoteKeySource } from "../auth/remote-keys.js";
import type { AuthenticatorSettings } from "../auth/settings.js";
import type { Logger } from "../domain/ports/logger.js";

export interface IdentitySettings extends Pick<AuthenticatorSettings, "rolesClaim" | "adminRole" | "groupsClaim"> {
  /** Null: the development identity, an issuer in this process. */
  oidc: { issuer: string; audience: string } | null;
  logger: Logger;
}

/** Who is who: by the issuer of the settings, or in development by the one in the process. */
export interface Identity {
  /** Waits until the server listens, where it must be known at which address. */
  authenticate: Authenticator["authenticate"];
  /** Serves the development issuer's own routes; false: none of them. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** The server listens. @param url where */
  listening(url: string): Promise<void>;
}

/** The development issuer's one audience. */
const AUDIENCE = "secretariat";

/** @throws RangeError for an issuer's address that is not safe */
export function createIdentity({ oidc, logger, ...claims }: IdentitySettings): Identity {
  return oidc === null ? developmentIdentity(claims, logger) : remoteIdentity(oidc, claims, logger);
}

type Claims = Omit<IdentitySettings, "oidc" | "logger">;

function remoteIdentity(oidc: { issuer: string; audience: string }, claims: Claims, logger: Logger): Identity {
  const keySource = createRemoteKeySource({ issuer: oidc.issuer, logger });
  const authenticator = createAuthenticator({ ...oidc, ...claims, keySource, developmentViewer: null, logger });
  return {
    authenticate: (header) => authenticator.authenticate(header),
    handle: () => false,
    listening: () => Promise.resolve(),
  };
}

function developmentIdentity(claims: Claims, logger: Logger): Identity {
  const { promise: authenticator, resolve } = Promise.withResolvers<Authenticator>();
  let handle: Identity["handle"] = () => false;
  return {
    authenticate: async (header) => (await authenticator).authenticate(header),
    handle: (request, response) => handle(request, response),
    listening: async (url) => {
      const { createDevelopmentIdentity, DEVELOPER } = await import("../dev/identity/identity.js");
      const issuer = `${url}/dev`;
      const identity = await createDevelopmentIdentity({ issuer, audience: AUDIENCE, ...claims });
      const { keySource } = identity;
      handle = (request, response) => identity.handle(request, response);
      resolve(
        createAuthenticator({ issuer, audience: AUDIENCE, ...claims, keySource, developmentViewer: DEVELOPER, logger }),
      );
    },
  };
}

import type { ApolloServerPlugin } from "@apollo/server";
import type { GraphQLContext } from "./context.js";
import type { ErrorFormatter } from "./errors.js";
import type { Facts } from "./facts.js";

/** A failure before there was a context. */
export function refused(error: unknown, facts: Facts, formatter: ErrorFormatter, requestId: string): void {
  const code: unknown = formatter.format(error, requestId).extensions?.["code"];
  if (typeof code === "string") facts.codes.push(code);
}

/** Notes what each request over HTTP is and how it was answered, and tells the formatter whose request failed. */
export function observe(formatter: ErrorFormatter): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: ({ contextValue }) => {
      const { facts } = contextValue;
      return Promise.resolve({
        didResolveOperation: ({ operation }) => {
          if (facts !== undefined) facts.operation = operation?.operation ?? null;
          return Promise.resolve();
        },
        didEncounterErrors: ({ errors }) => {
          for (const error of errors) formatter.attribute(error, contextValue.requestId);
          return Promise.resolve();
        },
        willSendResponse: ({ response: { body } }) => {
          const errors = body.kind === "single" ? (body.singleResult.errors ?? []) : [];
          for (const { extensions } of errors)
            if (typeof extensions?.["code"] === "string") facts?.codes.push(extensions["code"]);
          return Promise.resolve();
        },
      });
    },
  };
}

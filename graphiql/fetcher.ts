import type { Fetcher } from "@graphiql/toolkit";
import { getOperationAST, OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import { authorization } from "./identity";

const socketUrl = (): string => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;

/** Queries and mutations over HTTP, subscriptions over graphql-ws, both with the page's token and the headers of the tab. */
export const fetcher: Fetcher = (params, options) => {
  const operation =
    options?.documentAST === undefined ? null : getOperationAST(options.documentAST, params.operationName ?? undefined);
  const headers = async (): Promise<Record<string, string>> => {
    const own = await authorization();
    const all: Record<string, string> = own === undefined ? {} : { authorization: own };
    for (const [name, value] of Object.entries(options?.headers ?? {})) all[name.toLowerCase()] = String(value);
    return all;
  };
  return operation?.operation === OperationTypeNode.SUBSCRIPTION ? subscribe(params, headers) : post(params, headers);
};

type Headers = () => Promise<Record<string, string>>;

/** One connection for one run: stopping the run closes it. */
async function* subscribe(params: Parameters<Fetcher>[0], headers: Headers): AsyncGenerator<Record<string, unknown>> {
  const client = createClient({ url: socketUrl(), retryAttempts: 0, connectionParams: headers });
  const variables: unknown = params.variables;
  const { query, operationName } = params;
  try {
    const results = client.iterate({
      query,
      variables: isRecord(variables) ? variables : {},
      ...(typeof operationName === "string" ? { operationName } : {}),
    });
    for await (const result of results) yield { ...result };
  } finally {
    await client.dispose();
  }
}

async function post(params: Parameters<Fetcher>[0], headers: Headers): Promise<Record<string, unknown>> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
      ...(await headers()),
    },
    body: JSON.stringify(params),
  });
  const answer: unknown = await response.json();
  return isRecord(answer) ? answer : { errors: [{ message: "The answer is no JSON object." }] };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

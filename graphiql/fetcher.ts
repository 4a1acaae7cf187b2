import type { Fetcher } from "@graphiql/toolkit";
import { getOperationAST, OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import { authorization } from "./identity";

const socketUrl = (): string => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;

/** Queries and mutations over HTTP, subscriptions over graphql-ws, both with the page's token and the headers of the tab. */
export const fetcher: Fetcher = (params, options) => {
  const operation =
    options?.documentAST === undefined ? null : getOperationAST(options.documentAST, params.operationName ?? undefined);
  const headers: Record<string, string> = {};
  const own = authorization();
  if (own !== undefined) headers["authorization"] = own;
  for (const [name, value] of Object.entries(options?.headers ?? {})) headers[name.toLowerCase()] = String(value);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return post(params, headers);
  return subscribe(params, headers);
};

/** One connection for one run: stopping the run closes it. */
async function* subscribe(
  params: Parameters<Fetcher>[0],
  headers: Record<string, string>,
): AsyncGenerator<Record<string, unknown>> {
  const client = createClient({ url: socketUrl(), retryAttempts: 0, connectionParams: () => headers });
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

async function post(params: Parameters<Fetcher>[0], headers: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
      ...headers,
    },
    body: JSON.stringify(params),
  });
  const answer: unknown = await response.json();
  return isRecord(answer) ? answer : { errors: [{ message: "The answer is no JSON object." }] };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { SecretScope, SecretStatus, SecretUseCase } from "../api/graphql.ts";

/** What the Secrets page shows: all of it stands in the address, so that a link shows the same. */
export interface ListAddress {
  search: string;
  status: SecretStatus[];
  useCase: SecretUseCase[];
  scope: SecretScope | null;
  provider: string | null;
  project: string | null;
  sort: SortField;
  descending: boolean;
  size: number;
  after: string | null;
}

const SORTS = ["NAME", "SCOPE", "STATUS", "UPDATED_AT", "CREATED_AT"] as const;
export type SortField = (typeof SORTS)[number];
export const SECRET_STATUSES = [
  "UNASSIGNED",
  "PENDING",
  "PARTIALLY_SYNCED",
  "SYNCED",
  "SYNCED_ERROR",
  "FAILED",
  "DELETING",
  "DELETE_FAILED",
] as const satisfies readonly SecretStatus[];
const USE_CASES = [
  "GENERIC",
  "DATABASE",
  "IMAGE_PULL_SECRET",
  "S3",
  "HUGGING_FACE",
] as const satisfies readonly SecretUseCase[];
const SCOPES = ["ORGANIZATION", "PROJECT"] as const satisfies readonly SecretScope[];
export const PAGE_SIZES = [25, 50, 100, 500] as const;
const DEFAULT_SIZE = 50;

/** Reads the address, whatever somebody wrote into it. */
function read(params: URLSearchParams): ListAddress {
  const all = <T extends string>(name: string, known: readonly T[]): T[] =>
    known.filter((value) => params.getAll(name).includes(value));
  const sort = params.get("sort") ?? "NAME";
  return {
    search: params.get("search") ?? "",
    status: all("status", SECRET_STATUSES),
    useCase: all("useCase", USE_CASES),
    scope: all("scope", SCOPES)[0] ?? null,
    provider: params.get("provider"),
    project: params.get("project"),
    sort: SORTS.find((field) => field === sort.replace("-", "")) ?? "NAME",
    descending: sort.startsWith("-"),
    size: PAGE_SIZES.find((size) => String(size) === params.get("size")) ?? DEFAULT_SIZE,
    after: params.get("after"),
  };
}

function write(address: ListAddress): URLSearchParams {
  const params = new URLSearchParams();
  if (address.search !== "") params.set("search", address.search);
  for (const status of address.status) params.append("status", status);
  for (const useCase of address.useCase) params.append("useCase", useCase);
  for (const name of ["scope", "provider", "project", "after"] as const) {
    const value = address[name];
    if (value !== null) params.set(name, value);
  }
  if (address.sort !== "NAME" || address.descending)
    params.set("sort", `${address.descending ? "-" : ""}${address.sort}`);
  if (address.size !== DEFAULT_SIZE) params.set("size", String(address.size));
  return params;
}

/** The list's address, and a way to change it: whatever changes but the page begins at the first page again. */
export function useListAddress(): [ListAddress, (change: Partial<ListAddress>, replace?: boolean) => void] {
  const [params, setParams] = useSearchParams();
  const address = useMemo(() => read(params), [params]);
  const change = (part: Partial<ListAddress>, replace = false): void =>
    setParams(write({ ...address, after: null, ...part }), { replace });
  return [address, change];
}

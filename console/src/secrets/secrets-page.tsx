import { useQuery } from "@apollo/client/react";
import { useMemo } from "react";
import { ProjectFilter } from "../projects/project-filter.tsx";
import { useMayDo } from "../shell/viewer.tsx";
import { Button, LinkButton } from "../ui/button.tsx";
import { Filter } from "../ui/filter.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { Search } from "../ui/search.tsx";
import { statusWord } from "../ui/status.tsx";
import { counted, SCOPE_OPTIONS, USE_CASE_OPTIONS } from "../ui/words.tsx";
import { StatusChips } from "./status-chips.tsx";
import { FILTER_CHOICES, SECRETS } from "./documents.ts";
import { PAGE_SIZES, SECRET_STATUSES, useListAddress, type ListAddress } from "./list-address.ts";
import { SecretsTable } from "./secrets-table.tsx";

const STATUS_OPTIONS = SECRET_STATUSES.map((id) => ({ id, label: statusWord(id) }));

const filterOf = ({ search, status, useCase, scope, provider, project }: ListAddress) => ({
  search: search === "" ? null : search,
  status: status.length === 0 ? null : status,
  useCase: useCase.length === 0 ? null : useCase,
  scope,
  providerId: provider,
  projectId: project,
});

/** Every secret that the viewer may see, as it is now. */
export function SecretsPage(): React.JSX.Element {
  const [address, change] = useListAddress();
  const mayCreate = useMayDo("CREATE_SECRET");
  const filter = useMemo(() => filterOf(address), [address]);
  const { data, previousData, loading, error } = useQuery(SECRETS, {
    variables: {
      filter,
      orderBy: { field: address.sort, direction: address.descending ? "DESC" : "ASC" },
      first: address.size,
      after: address.after,
    },
  });
  const shown = data ?? previousData;
  const isFiltered = Object.values(filter).some((value) => value !== null);
  return (
    <Page
      title="Secrets"
      actions={
        mayCreate && (
          <LinkButton href="/secrets/new" look="primary" icon="plus">
            New secret
          </LinkButton>
        )
      }
    >
      <StatusChips
        filter={{ ...filter, status: null }}
        selected={address.status}
        onChange={(status) => change({ status })}
      />
      <Filters address={address} onChange={change} isFiltered={isFiltered} />
      <ErrorNote error={error} />
      {shown === undefined && loading && <Loading />}
      {shown !== undefined && shown.secrets.nodes.length > 0 && (
        <>
          <SecretsTable
            rows={shown.secrets.nodes}
            sort={address.sort}
            descending={address.descending}
            stale={data === undefined}
            onSort={(sort) => change({ sort, descending: sort === address.sort && !address.descending })}
          />
          <Pager
            total={shown.secrets.totalCount}
            count={shown.secrets.nodes.length}
            next={shown.secrets.pageInfo.hasNextPage ? shown.secrets.pageInfo.endCursor : null}
            address={address}
            onChange={change}
          />
        </>
      )}
      {data !== undefined && data.secrets.nodes.length === 0 && (
        <div className="card">
          {isFiltered || address.after !== null ? (
            <Empty title="No secret is like that">
              <p>No secret that you may see fits this search and these filters.</p>
              <LinkButton href="/secrets">Show all secrets</LinkButton>
            </Empty>
          ) : (
            <Empty title="There are no secrets here yet">
              <p>
                {mayCreate
                  ? "A secret names values in a provider, and the projects that get them. Make the first one."
                  : "Secrets appear here once your project has one of its own, or a platform admin assigns one to it."}
              </p>
              {mayCreate && (
                <LinkButton href="/secrets/new" look="primary" icon="plus">
                  New secret
                </LinkButton>
              )}
            </Empty>
          )}
        </div>
      )}
    </Page>
  );
}

type Change = ReturnType<typeof useListAddress>[1];

function Filters({
  address,
  onChange,
  isFiltered,
}: {
  address: ListAddress;
  onChange: Change;
  isFiltered: boolean;
}): React.JSX.Element {
  const { data } = useQuery(FILTER_CHOICES);
  const asOptions = (nodes: readonly { id: string; name: string }[] = []) =>
    nodes.map(({ id, name }) => ({ id, label: name }));
  return (
    <div className="filters" role="search" aria-label="Secrets">
      <Search label="Search secrets by name" value={address.search} onChange={(search) => onChange({ search }, true)} />
      <Filter
        label="Status"
        multiple
        options={STATUS_OPTIONS}
        selected={address.status}
        onChange={(ids) => onChange({ status: SECRET_STATUSES.filter((status) => ids.includes(status)) })}
      />
      <Filter
        label="Scope"
        options={SCOPE_OPTIONS}
        selected={address.scope === null ? [] : [address.scope]}
        onChange={([id]) => onChange({ scope: id === "ORGANIZATION" || id === "PROJECT" ? id : null })}
      />
      <Filter
        label="Use case"
        multiple
        options={USE_CASE_OPTIONS}
        selected={address.useCase}
        onChange={(ids) => onChange({ useCase: USE_CASES.filter((useCase) => ids.includes(useCase)) })}
      />
      <Filter
        label="Provider"
        options={asOptions(data?.providers.nodes)}
        selected={address.provider === null ? [] : [address.provider]}
        onChange={([id]) => onChange({ provider: id ?? null })}
      />
      <ProjectFilter value={address.project} onChange={(project) => onChange({ project })} />
      {isFiltered && (
        <LinkButton href="/secrets" look="quiet">
          Clear all
        </LinkButton>
      )}
    </div>
  );
}

const USE_CASES = ["GENERIC", "DATABASE", "IMAGE_PULL_SECRET", "S3", "HUGGING_FACE"] as const;

/** Cursors go forward only; the way back is the browser's own, or the first page. */
function Pager({
  total,
  count,
  next,
  address,
  onChange,
}: {
  total: number;
  count: number;
  next: string | null;
  address: ListAddress;
  onChange: Change;
}): React.JSX.Element {
  return (
    <nav className="pager" aria-label="Pages">
      <span className="muted small" role="status">
        {count === total ? counted(total, "secret") : `${count.toLocaleString()} of ${counted(total, "secret")}`}
      </span>
      <div className="row">
        {total > 25 && (
          <Filter
            label="Page size"
            options={PAGE_SIZES.map((size) => ({ id: String(size), label: String(size) }))}
            selected={[String(address.size)]}
            onChange={([id]) => onChange({ size: Number(id ?? 50) })}
          />
        )}
        {address.after !== null && (
          <>
            <Button onPress={() => onChange({ after: null })}>First page</Button>
            <Button onPress={() => history.back()}>Back</Button>
          </>
        )}
        {next !== null && (
          <Button
            onPress={() => {
              onChange({ after: next });
              document.querySelector("#main")?.scrollIntoView();
            }}
          >
            Next page
          </Button>
        )}
      </div>
    </nav>
  );
}

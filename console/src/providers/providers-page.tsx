import { useQuery } from "@apollo/client/react";
import { Link, useSearchParams } from "wouter";
import { useMayDo } from "../shell/viewer.tsx";
import { Button, LinkButton, permissionFor } from "../ui/button.tsx";
import { TextField } from "../ui/fields.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { counted, kindWord, ProviderLabel, scopeWord } from "../ui/words.tsx";
import { PROVIDER_PROJECTS, PROVIDERS } from "./documents.ts";

const SIZE = 50;

/** The backends that hold values, as far as the viewer may see them. */
export function ProvidersPage(): React.JSX.Element {
  const [params, setParams] = useSearchParams();
  const search = params.get("search") ?? "";
  const after = params.get("after");
  const { data, previousData, error } = useQuery(PROVIDERS, {
    variables: { search: search === "" ? null : search, first: SIZE, after },
  });
  const { data: places } = useQuery(PROVIDER_PROJECTS);
  const mayInProject =
    places?.projects.nodes.some(
      ({ permissions }) => permissionFor(permissions, "CREATE_PROVIDER")?.allowed === true,
    ) === true;
  const mayForOrganization = useMayDo("CREATE_PROVIDER");
  const mayCreate = mayForOrganization || mayInProject;
  const providers = (data ?? previousData)?.providers;
  return (
    <Page
      title="Providers"
      actions={
        mayCreate && (
          <LinkButton href="/providers/new" look="primary" icon="plus">
            New provider
          </LinkButton>
        )
      }
    >
      <div className="filters" role="search" aria-label="Providers">
        <TextField
          label="Search providers by name"
          hideLabel
          placeholder="Search by name …"
          value={search}
          onChange={(text) => setParams(text === "" ? {} : { search: text }, { replace: true })}
        />
      </div>
      <ErrorNote error={error} />
      {providers === undefined && error === undefined && <Loading />}
      {providers?.nodes.length === 0 && (
        <div className="card">
          <Empty title={search === "" ? "There are no providers here yet" : "No provider of that name"}>
            {search === "" && <p>A provider is a backend that holds values: a Vault, or a cloud’s secret manager.</p>}
          </Empty>
        </div>
      )}
      {providers !== undefined && providers.nodes.length > 0 && (
        <>
          <div className="table-frame">
            <table className="cards" aria-label="Providers">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Kind</th>
                  <th scope="col">Belongs to</th>
                  <th scope="col">Status</th>
                  <th scope="col">Clusters</th>
                  <th scope="col">Used by</th>
                </tr>
              </thead>
              <tbody>
                {providers.nodes.map((provider) => (
                  <tr key={provider.id}>
                    <th scope="row" data-label="Name">
                      <Link href={`/providers/${provider.id}`}>
                        <ProviderLabel kind={provider.kind} name={provider.name} />
                      </Link>
                    </th>
                    <td data-label="Kind">{kindWord(provider.kind)}</td>
                    <td data-label="Belongs to">
                      {provider.project === null ? scopeWord(provider.scope) : `Project ${provider.project.name}`}
                    </td>
                    <td data-label="Status">
                      <span>
                        <StatusBadge status={provider.status} />
                        {provider.statusReason !== null && <span className="reason">{provider.statusReason}</span>}
                      </span>
                    </td>
                    <td data-label="Clusters">{provider.targets.map(({ cluster }) => cluster.name).join(", ")}</td>
                    <td data-label="Used by">{counted(provider.secrets.totalCount, "secret")}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <nav className="pager" aria-label="Pages">
            <span className="muted small">{counted(providers.totalCount, "provider")}</span>
            <div className="row">
              {after !== null && <Button onPress={() => setParams(search === "" ? {} : { search })}>First page</Button>}
              {providers.pageInfo.hasNextPage && (
                <Button
                  onPress={() =>
                    setParams({ ...(search !== "" && { search }), after: providers.pageInfo.endCursor ?? "" })
                  }
                >
                  Next page
                </Button>
              )}
            </div>
          </nav>
        </>
      )}
    </Page>
  );
}

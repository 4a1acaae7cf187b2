import { useQuery } from "@apollo/client/react";
import { Link } from "wouter";
import { useMayDo } from "../shell/viewer.tsx";
import { LinkButton, permissionFor } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { PagedList, useListQuery } from "../ui/paged-list.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { counted, kindWord, ProviderLabel, scopeWord } from "../ui/words.tsx";
import { PROVIDER_PROJECTS, PROVIDERS } from "./documents.ts";

/** The backends that hold values, as far as the viewer may see them. */
export function ProvidersPage(): React.JSX.Element {
  const { data, previousData, error } = useQuery(PROVIDERS, { variables: useListQuery() });
  const { data: places } = useQuery(PROVIDER_PROJECTS);
  const mayInProject =
    places?.projects.nodes.some(
      ({ permissions }) => permissionFor(permissions, "CREATE_PROVIDER")?.allowed === true,
    ) === true;
  const mayForOrganization = useMayDo("CREATE_PROVIDER");
  const newProvider = (mayForOrganization || mayInProject) && (
    <LinkButton href="/providers/new" look="primary" icon="plus">
      New provider
    </LinkButton>
  );
  const page = (data ?? previousData)?.providers;
  return (
    <Page title="Providers" actions={newProvider}>
      <PagedList
        title="Providers"
        one="provider"
        page={page}
        columns={["Name", "Kind", "Belongs to", "Status", "Clusters", "Used by"]}
        error={error}
        stale={data === undefined}
        empty={<p>A provider is a backend that holds values: a Vault, or a cloud’s secret manager.</p>}
      >
        {page?.nodes.map((provider) => (
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
                {provider.statusReason !== null && (
                  <span className="reason" title={provider.statusReason}>
                    {provider.statusReason}
                  </span>
                )}
              </span>
            </td>
            <td data-label="Clusters">{provider.targets.map(({ cluster }) => cluster.name).join(", ")}</td>
            <td data-label="Used by">{counted(provider.secrets.totalCount, "secret")}</td>
          </tr>
        ))}
      </PagedList>
    </Page>
  );
}

import { useQuery } from "@apollo/client/react";
import { Link } from "wouter";
import { permissionFor } from "../ui/button.tsx";
import { Empty, ErrorNote, Loading, Note } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { useFirst } from "../ui/use-first.ts";
import { PROVIDER } from "./documents.ts";
import { ProviderForm } from "./provider-form.tsx";

export function NewProviderPage(): React.JSX.Element {
  return (
    <Page title="New provider" crumbs={<Link href="/providers">Providers</Link>}>
      <ProviderForm provider={null} />
    </Page>
  );
}

export function EditProviderPage({ id }: { id: string }): React.JSX.Element {
  const { data: read, error } = useQuery(PROVIDER, { variables: { id }, fetchPolicy: "no-cache" });
  const [data] = useFirst(read);
  if (data === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  const { provider } = data;
  if (provider === null)
    return (
      <Empty title="There is no such provider">
        <Link href="/providers">All providers</Link>
      </Empty>
    );
  const permission = permissionFor(provider.permissions, "UPDATE");
  return (
    <Page
      title={`Edit ${provider.name}`}
      crumbs={
        <>
          <Link href="/providers">Providers</Link> / <Link href={`/providers/${id}`}>{provider.name}</Link>
        </>
      }
    >
      {permission?.allowed === true && (provider.managed || provider.scope === "ORGANIZATION") ? (
        <ProviderForm provider={provider} />
      ) : (
        <Note tone="warn">{permission?.reason ?? "Its store was made by somebody else and is never written."}</Note>
      )}
    </Page>
  );
}

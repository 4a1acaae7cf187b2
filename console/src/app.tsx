import { lazy, Suspense, useMemo } from "react";
import { RouterProvider } from "react-aria-components";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { identityKind } from "./identity/session.ts";
import { SecretsPage } from "./secrets/secrets-page.tsx";
import { CannotOpen, GoToIssuer, SignInAgain } from "./shell/issuer-sign-in.tsx";
import { SessionGate } from "./shell/session-gate.tsx";
import { Shell, type NavItem } from "./shell/shell.tsx";
import { BringToken, ChoosePerson } from "./shell/sign-in.tsx";
import { useSession } from "./shell/use-session.ts";
import { Empty, Loading } from "./ui/note.tsx";
import { ToastProvider } from "./ui/toast.tsx";

const SecretPage = lazy(() => import("./secret/secret-page.tsx").then((part) => ({ default: part.SecretPage })));
const NewSecretPage = lazy(() =>
  import("./form/secret-form-page.tsx").then((part) => ({ default: part.NewSecretPage })),
);
const EditSecretPage = lazy(() =>
  import("./form/secret-form-page.tsx").then((part) => ({ default: part.EditSecretPage })),
);

const ProjectsPage = lazy(() =>
  import("./projects/projects-page.tsx").then((part) => ({ default: part.ProjectsPage })),
);
const ProjectPage = lazy(() => import("./projects/project-page.tsx").then((part) => ({ default: part.ProjectPage })));
const ProvidersPage = lazy(() =>
  import("./providers/providers-page.tsx").then((part) => ({ default: part.ProvidersPage })),
);
const ProviderPage = lazy(() =>
  import("./providers/provider-page.tsx").then((part) => ({ default: part.ProviderPage })),
);
const NewProviderPage = lazy(() =>
  import("./providers/provider-form-page.tsx").then((part) => ({ default: part.NewProviderPage })),
);
const EditProviderPage = lazy(() =>
  import("./providers/provider-form-page.tsx").then((part) => ({ default: part.EditProviderPage })),
);
const ClustersPage = lazy(() =>
  import("./clusters/clusters-page.tsx").then((part) => ({ default: part.ClustersPage })),
);
const HistoryPage = lazy(() => import("./history/history-page.tsx").then((part) => ({ default: part.HistoryPage })));

const NAV: readonly NavItem[] = [
  { href: "/secrets", label: "Secrets", icon: "key" },
  { href: "/projects", label: "Projects", icon: "folder" },
  { href: "/providers", label: "Providers", icon: "store" },
  { href: "/clusters", label: "Clusters", icon: "cluster" },
  { href: "/history", label: "History", icon: "history" },
];

/** The console: somebody signs in, then there are the pages. */
export function App(): React.JSX.Element {
  const [, navigate] = useLocation();
  const { state, bePerson, bringToken, retry } = useSession();
  const pages = useMemo(() => <Pages />, []);
  if (state.phase === "opening")
    return (
      <main className="sign-in">
        <Loading />
      </main>
    );
  if (state.phase === "unknown") return <CannotOpen onRetry={retry} />;
  if (state.phase === "out") {
    const kind = identityKind();
    if (kind === "issuer") return <GoToIssuer end={state.end} />;
    if (kind === "development") return <ChoosePerson onChoose={bePerson} />;
    return <BringToken note={state.end?.note ?? null} onToken={bringToken} />;
  }
  const { session, paused } = state;
  return (
    <RouterProvider navigate={navigate}>
      <SessionGate key={session.key} session={session}>
        <ToastProvider>
          <Shell items={NAV}>
            <Suspense fallback={<Loading />}>{pages}</Suspense>
          </Shell>
        </ToastProvider>
      </SessionGate>
      {paused && <SignInAgain />}
    </RouterProvider>
  );
}

function Pages(): React.JSX.Element {
  return (
    <Switch>
      <Route path="/secrets" component={SecretsPage} />
      <Route path="/secrets/new" component={NewSecretPage} />
      <Route path="/secrets/:id/edit">{({ id }) => <EditSecretPage id={id} key={id} />}</Route>
      <Route path="/secrets/:id">{({ id }) => <SecretPage id={id} key={id} />}</Route>
      <Route path="/projects" component={ProjectsPage} />
      <Route path="/projects/:name">{({ name }) => <ProjectPage name={name} key={name} />}</Route>
      <Route path="/providers" component={ProvidersPage} />
      <Route path="/providers/new" component={NewProviderPage} />
      <Route path="/providers/:id/edit">{({ id }) => <EditProviderPage id={id} key={id} />}</Route>
      <Route path="/providers/:id">{({ id }) => <ProviderPage id={id} key={id} />}</Route>
      <Route path="/clusters" component={ClustersPage} />
      <Route path="/history" component={HistoryPage} />
      {["/", "/sign-in"].map((path) => (
        <Route path={path} key={path}>
          <Redirect to="/secrets" replace />
        </Route>
      ))}
      <Route>
        <Empty title="There is no such page">
          <p>What you look for may have been removed, or the address is mistyped.</p>
        </Empty>
      </Route>
    </Switch>
  );
}

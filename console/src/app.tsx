import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { RouterProvider } from "react-aria-components";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { rememberedPerson, startDevelopmentSession } from "./identity/development.ts";
import { identityKind, type Session } from "./identity/session.ts";
import { rememberedToken, startTokenSession } from "./identity/token.ts";
import { SecretsPage } from "./secrets/secrets-page.tsx";
import { SessionGate } from "./shell/session-gate.tsx";
import { Shell, type NavItem } from "./shell/shell.tsx";
import { BringToken, ChoosePerson } from "./shell/sign-in.tsx";
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
  const [note, setNote] = useState<string | null>(null);
  const [session, setSession] = useState<Session | null>(() => remembered(() => setSession(null)));
  const isDevelopment = identityKind() === "development";
  const signOut = useCallback(() => setSession(null), []);
  const refuse = useCallback(
    (message: string) => {
      setNote(message);
      session?.signOut();
    },
    [session],
  );
  const pages = useMemo(() => <Pages />, []);
  if (session === null)
    return isDevelopment ? (
      <ChoosePerson onChoose={(person) => setSession(startDevelopmentSession(person, signOut))} />
    ) : (
      <BringToken note={note} onToken={(token) => setSession(startTokenSession(token, signOut))} />
    );
  return (
    <RouterProvider navigate={navigate}>
      <SessionGate key={session.key} session={session} onRefused={refuse}>
        <ToastProvider>
          <Shell items={NAV}>
            <Suspense fallback={<Loading />}>{pages}</Suspense>
          </Shell>
        </ToastProvider>
      </SessionGate>
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
      <Route path="/">
        <Redirect to="/secrets" replace />
      </Route>
      <Route>
        <Empty title="There is no such page">
          <p>What you look for may have been removed, or the address is mistyped.</p>
        </Empty>
      </Route>
    </Switch>
  );
}

function remembered(onSignOut: () => void): Session | null {
  if (identityKind() === "development") {
    const person = rememberedPerson();
    return person === undefined ? null : startDevelopmentSession(person, onSignOut);
  }
  const token = rememberedToken();
  return token === null ? null : startTokenSession(token, onSignOut);
}

import type { Page } from "playwright-core";

/** Ids of the sample data, by kind and name: "secret/payments-database". */
export type Ids = ReadonlyMap<string, string>;

/** A picture of the console. */
export interface Shot {
  name: string;
  path: (ids: Ids) => string;
  /** What is done on the page before its picture is taken. */
  act?: (page: Page) => Promise<void>;
}

const idOf = (ids: Ids, name: string): string => {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`the sample data has no ${name}`);
  return id;
};
const secret =
  (name: string, rest = "") =>
  (ids: Ids): string =>
    `/secrets/${idOf(ids, `secret/${name}`)}${rest}`;
const provider =
  (name: string, rest = "") =>
  (ids: Ids): string =>
    `/providers/${idOf(ids, `provider/${name}`)}${rest}`;
const at = (path: string) => (): string => path;
const press =
  (name: string | RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByRole("button", { name }).first().click();
    await page.getByRole("dialog").waitFor();
  };

async function fillIn(page: Page): Promise<void> {
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("orders-database");
  await page.getByRole("button", { name: /Provider that holds the values/ }).click();
  await page.getByRole("option", { name: /corporate-vault/ }).click();
  await page.getByLabel("Key in the Kubernetes Secret").fill("password");
  await page.getByLabel("Property").fill("password");
}

/** What both roles are shown. */
const COMMON: readonly Shot[] = [
  { name: "secrets", path: at("/secrets") },
  { name: "secrets-none", path: at("/secrets?search=none-of-that-name") },
  { name: "secrets-filtered", path: at("/secrets?status=SYNCED_ERROR&status=FAILED&sort=-UPDATED_AT") },
  { name: "secret-error", path: secret("sso-client") },
  { name: "secret-failed", path: secret("feature-flags") },
  { name: "secret", path: secret("registry-pull") },
  { name: "secret-manifest", path: secret("registry-pull", "?tab=manifest") },
  { name: "secret-history", path: secret("sso-client", "?tab=history") },
  { name: "secret-own", path: secret("stripe-webhook") },
  { name: "secret-edit", path: secret("stripe-webhook", "/edit") },
  {
    name: "new-secret-of-project",
    path: (ids) => `/secrets/new?project=${idOf(ids, "project/checkout")}`,
    act: async (page) => {
      await fillIn(page);
      await page.getByLabel("Key in the provider").fill("team-a/db");
      await page.getByText(/to mend|Would be accepted/).waitFor();
    },
  },
  { name: "projects", path: at("/projects") },
  { name: "project", path: at("/projects/checkout") },
  { name: "project-adopt", path: at("/projects/checkout?tab=adopt") },
  { name: "project-members", path: at("/projects/checkout?tab=members") },
  { name: "project-foreign", path: at("/projects/ml-training") },
  {
    name: "project-delete",
    path: at("/projects/checkout"),
    act: press("Delete stripe-webhook"),
  },
  { name: "providers", path: at("/providers") },
  { name: "provider", path: provider("corporate-vault") },
  { name: "new-provider", path: at("/providers/new") },
  { name: "clusters", path: at("/clusters") },
  { name: "history", path: at("/history") },
  { name: "no-such-page", path: at("/no-such-page") },
  {
    name: "filter",
    path: at("/secrets"),
    act: async (page) => await page.getByRole("button", { name: "Use case" }).first().click(),
  },
];

/** What admins alone are shown. */
const ADMINS: readonly Shot[] = [
  {
    name: "new-secret",
    path: at("/secrets/new"),
    act: async (page) => {
      await fillIn(page);
      await page.getByLabel("Key in the provider").fill("team-a/db");
      await page.getByRole("row", { name: "checkout" }).click();
      await page.getByText(/to mend|Would be accepted/).waitFor();
    },
  },
  { name: "new-secret-yaml", path: at("/secrets/new?as=yaml") },
  { name: "secret-unassigned", path: secret("smtp-relay") },
  { name: "secret-stuck", path: secret("old-warehouse") },
  { name: "secret-assign", path: secret("feature-flags"), act: press("Assignments") },
  { name: "secret-delete", path: secret("feature-flags"), act: press("Delete") },
  { name: "project-settings", path: at("/projects/checkout?tab=settings") },
  { name: "project-failed", path: at("/projects/web-shop") },
  { name: "project-assign", path: at("/projects/search"), act: press("Assign existing") },
  { name: "project-new", path: at("/projects"), act: press("New project") },
  { name: "provider-edit", path: provider("corporate-vault", "/edit") },
  { name: "provider-cloud", path: provider("azure-identity") },
];

export const SHOTS: Readonly<Record<"admin" | "member", readonly Shot[]>> = {
  admin: [...COMMON, ...ADMINS],
  member: COMMON,
};

/** Those that README.md and docs/ show, by their name there. */
export const SHOWN: Readonly<Record<string, string>> = {
  "admin-light-secrets": "secrets",
  "admin-dark-secrets": "secrets-dark",
  "admin-narrow-secrets": "secrets-narrow",
  "admin-light-secret-failed": "secret",
  "admin-light-secret-history": "secret-history",
  "admin-light-new-secret": "new-secret",
  "admin-light-secret-assign": "assign",
  "admin-light-provider": "provider",
  "member-light-project": "project-member",
  "admin-light-project-adopt": "adopt",
};

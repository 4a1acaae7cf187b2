import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../domain/json.js";
import type { ProviderKind } from "../domain/kinds.js";
import { catalog, containing, told, validate } from "./testing/support.js";

const secret: JsonObject = { name: "reader", namespace: "platform", key: "k" };
const ownSecret: JsonObject = { name: "reader", key: "k" };
const account: JsonObject = { name: "reader", namespace: "platform" };
const AWS: JsonObject = { region: "eu-central-1" };
const GCP: JsonObject = { projectId: "example-secrets" };
const AZURE: JsonObject = {
  vaultUrl: "https://team.vault.azure.net",
  tenantId: "example.com",
  authType: "ServicePrincipal",
};
const principal = (ref: JsonObject): JsonObject => ({ authSecretRef: { clientId: ref, clientSecret: ref } });

describe("refused", () => {
  const role = "arn:aws:iam::123456789012:role/r";
  it.each<[ProviderKind, JsonObject, string[]]>([
    ["AWS_SECRETS_MANAGER", {}, ["region: is needed."]],
    ["AWS_SECRETS_MANAGER", { region: "eu-central-1.evil.test" }, ["region: must be an AWS region such as"]],
    ["AWS_SECRETS_MANAGER", { ...AWS, role: `${role}?` }, ["role: must be the ARN of an IAM role"]],
    ["AWS_SECRETS_MANAGER", { ...AWS, prefix: "a b" }, ["prefix: must be the beginning of secrets' names"]],
    ["AWS_SECRETS_MANAGER", { ...AWS, service: "ParameterStore" }, ["service: is not a field that is known here"]],
    [
      "AWS_SECRETS_MANAGER",
      { ...AWS, auth: { accessKeyID: "AKIA" } },
      ["auth.accessKeyID: is not a field that is known here; known are secretRef, jwt."],
    ],
    [
      "AWS_SECRETS_MANAGER",
      { ...AWS, auth: { secretRef: {} } },
      ["auth.secretRef.accessKeyIDSecretRef: is needed.", "auth.secretRef.secretAccessKeySecretRef: is needed."],
    ],
    ["AWS_SECRETS_MANAGER", { ...AWS, auth: { jwt: {} } }, ["auth.jwt.serviceAccountRef: is needed."]],
    [
      "AWS_SECRETS_MANAGER",
      {
        ...AWS,
        auth: {
          jwt: { serviceAccountRef: account },
          secretRef: { accessKeyIDSecretRef: secret, secretAccessKeySecretRef: secret },
        },
      },
      ["auth: may have only one of secretRef, jwt; given are secretRef, jwt."],
    ],
    ["GCP_SECRET_MANAGER", {}, ["projectId: is needed."]],
    ["GCP_SECRET_MANAGER", { projectId: "a/b" }, ["projectId: must be the id or number"]],
    ["GCP_SECRET_MANAGER", { ...GCP, location: "eu.evil.test" }, ["location: must be a location such as"]],
    [
      "GCP_SECRET_MANAGER",
      { ...GCP, auth: { secretRef: { secretAccessKey: "{}" } } },
      ["auth.secretRef.secretAccessKey: is not", "auth.secretRef.secretAccessKeySecretRef: is needed."],
    ],
    [
      "GCP_SECRET_MANAGER",
      { ...GCP, auth: { workloadIdentity: {} } },
      ["auth.workloadIdentity.serviceAccountRef: is needed."],
    ],
    [
      "GCP_SECRET_MANAGER",
      { ...GCP, auth: { workloadIdentityFederation: { audience: "a" } } },
      ["auth.workloadIdentityFederation: needs exactly one of credConfig, serviceAccountRef, awsSecurityCredentials."],
    ],
    [
      "GCP_SECRET_MANAGER",
      { ...GCP, auth: { workloadIdentityFederation: { serviceAccountRef: account } } },
      ["auth.workloadIdentityFederation.audience: is needed with serviceAccountRef"],
    ],
    [
      "GCP_SECRET_MANAGER",
      { ...GCP, auth: { workloadIdentityFederation: { credConfig: { name: "config" } } } },
      [
        "auth.workloadIdentityFederation.credConfig.namespace: is needed.",
        "auth.workloadIdentityFederation.credConfig.key: is needed.",
      ],
    ],
    [
      "GCP_SECRET_MANAGER",
      {
        ...GCP,
        auth: {
          workloadIdentityFederation: {
            audience: "a",
            awsSecurityCredentials: { region: "eu-central-1", awsCredentialsSecretRef: secret },
          },
        },
      },
      [
        "auth.workloadIdentityFederation.awsSecurityCredentials.awsCredentialsSecretRef.key: is not a field that is known here; known are name, namespace.",
      ],
    ],
    ["AZURE_KEY_VAULT", {}, ["vaultUrl: is needed.", "tenantId: is needed.", "authType: is needed."]],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, auth: principal(secret), vaultUrl: "http://team.vault.azure.net" },
      ["vaultUrl: must begin with https://."],
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, auth: principal(secret), vaultUrl: "https://team.vault.azure.net/secrets" },
      ["vaultUrl: must have no path"],
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, auth: principal(secret), tenantId: "a/b" },
      ["tenantId: must be the id or the domain"],
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, auth: principal(secret), environmentType: "AzureStackCloud" },
      ["environmentType: must be one of PublicCloud, USGovernmentCloud, ChinaCloud, GermanCloud."],
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, authType: "Password" },
      ["authType: must be one of ServicePrincipal, ManagedIdentity, WorkloadIdentity."],
    ],
    [
      "AZURE_KEY_VAULT",
      AZURE,
      [
        "auth.authSecretRef.clientId: is needed.",
        "auth.authSecretRef: needs exactly one of clientSecret, clientCertificate.",
      ],
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, auth: { authSecretRef: { clientId: secret, clientSecret: secret, clientCertificate: secret } } },
      ["auth.authSecretRef: needs exactly one of clientSecret, clientCertificate."],
    ],
    [
      "AZURE_KEY_VAULT",
      {
        ...AZURE,
        identityId: "00000000-0000-4000-8000-000000000000",
        auth: { ...principal(secret), serviceAccountRef: account },
      },
      [
        "identityId: must be left out with authType ServicePrincipal.",
        "auth.serviceAccountRef: must be left out with authType ServicePrincipal.",
      ],
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, authType: "ManagedIdentity", auth: principal(secret) },
      ["auth.authSecretRef: must be left out with authType ManagedIdentity."],
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, authType: "WorkloadIdentity", auth: principal(secret) },
      [
        "auth.serviceAccountRef: is needed with authSecretRef.",
        "auth.authSecretRef.clientSecret: must be left out with authType WorkloadIdentity.",
      ],
    ],
  ])("%s %j", (kind, input, beginnings) => {
    expect(told(validate(kind, input).problems)).toEqual(beginnings.map((text) => containing(text)));
  });
});

describe("accepted", () => {
  it.each<[ProviderKind, JsonObject, Json]>([
    [
      "AWS_SECRETS_MANAGER",
      { ...AWS, role: "arn:aws-cn:iam::123456789012:role/team/reader", prefix: "org/" },
      {
        aws: {
          service: "SecretsManager",
          region: "eu-central-1",
          role: "arn:aws-cn:iam::123456789012:role/team/reader",
          prefix: "org/",
          auth: {},
        },
      },
    ],
    [
      "AWS_SECRETS_MANAGER",
      { region: "us-gov-west-1", auth: {} },
      { aws: { service: "SecretsManager", region: "us-gov-west-1", auth: {} } },
    ],
    [
      "GCP_SECRET_MANAGER",
      { projectId: "123456789012", location: "europe-west1" },
      { gcpsm: { projectID: "123456789012", location: "europe-west1", auth: {} } },
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, vaultUrl: "https://team.vault.azure.net/", auth: principal(secret) },
      {
        azurekv: {
          vaultUrl: "https://team.vault.azure.net",
          tenantId: "example.com",
          authType: "ServicePrincipal",
          environmentType: "PublicCloud",
          authSecretRef: { clientId: secret, clientSecret: secret },
        },
      },
    ],
    [
      "AZURE_KEY_VAULT",
      {
        ...AZURE,
        authType: "WorkloadIdentity",
        auth: { serviceAccountRef: account, authSecretRef: { clientId: secret, tenantId: secret } },
      },
      {
        azurekv: {
          vaultUrl: "https://team.vault.azure.net",
          tenantId: "example.com",
          authType: "WorkloadIdentity",
          environmentType: "PublicCloud",
          authSecretRef: { clientId: secret, tenantId: secret },
          serviceAccountRef: account,
        },
      },
    ],
  ])("%s %j is rendered with every default", (kind, input, provider) => {
    const { config, problems } = validate(kind, input);
    expect(problems).toEqual([]);
    expect(catalog.renderStoreSpec(kind, config ?? {}, "ORGANIZATION")).toEqual({ provider });
  });
});

describe("sent by a member", () => {
  const keys = {
    accessKeyIDSecretRef: ownSecret,
    secretAccessKeySecretRef: ownSecret,
    sessionTokenSecretRef: ownSecret,
  };
  it.each<[ProviderKind, JsonObject, string[]]>([
    ["AWS_SECRETS_MANAGER", { ...AWS, auth: { secretRef: keys } }, []],
    ["AWS_SECRETS_MANAGER", AWS, ["auth: needs secretRef: without a credential the operator would sign in as itself."]],
    ["AWS_SECRETS_MANAGER", { ...AWS, auth: null }, ["auth: needs secretRef"]],
    ["AWS_SECRETS_MANAGER", { ...AWS, auth: {} }, ["auth: needs secretRef"]],
    [
      "AWS_SECRETS_MANAGER",
      { ...AWS, auth: { jwt: { serviceAccountRef: { name: "a" } } } },
      ["auth.jwt.serviceAccountRef: must not be a service account"],
    ],
    ["GCP_SECRET_MANAGER", { ...GCP, auth: { secretRef: { secretAccessKeySecretRef: ownSecret } } }, []],
    ["GCP_SECRET_MANAGER", GCP, ["auth: needs secretRef"]],
    ["GCP_SECRET_MANAGER", { ...GCP, auth: {} }, ["auth: needs secretRef"]],
    [
      "GCP_SECRET_MANAGER",
      { ...GCP, auth: { workloadIdentity: { serviceAccountRef: { name: "a" } } } },
      ["auth.workloadIdentity.serviceAccountRef: must not be a service account"],
    ],
    [
      "GCP_SECRET_MANAGER",
      { ...GCP, auth: { workloadIdentityFederation: { credConfig: { name: "a", key: "k" } } } },
      ["auth.workloadIdentityFederation: is for platform admins only"],
    ],
    ["AZURE_KEY_VAULT", { ...AZURE, auth: principal(ownSecret) }, []],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, auth: principal(ownSecret), vaultUrl: "https://a.b.vault.azure.net" },
      ["vaultUrl: must be at a host that is allowed"],
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, authType: "ManagedIdentity" },
      ["authType: must be ServicePrincipal for a project's own provider"],
    ],
    [
      "AZURE_KEY_VAULT",
      { ...AZURE, authType: "WorkloadIdentity" },
      ["authType: must be ServicePrincipal for a project's own provider"],
    ],
  ])("%s %j", (kind, input, beginnings) => {
    const circumstances = { scope: "PROJECT", byMember: true, memberProviderHosts: ["*.vault.azure.net"] } as const;
    const { problems } = validate(kind, input, circumstances);
    expect(told(problems)).toEqual(beginnings.map((text) => containing(text)));
  });
});

describe("the effective key", () => {
  it.each<[ProviderKind, JsonObject | null, string, string]>([
    ["AWS_SECRETS_MANAGER", AWS, "projects/a/x", "projects/a/x"],
    ["AWS_SECRETS_MANAGER", { ...AWS, prefix: "org/" }, "projects/a/x", "org/projects/a/x"],
    ["AWS_SECRETS_MANAGER", null, "projects/a/x", "projects/a/x"],
    ["GCP_SECRET_MANAGER", GCP, "a_x", "a_x"],
    ["GCP_SECRET_MANAGER", null, "a_x", "a_x"],
    ["AZURE_KEY_VAULT", AZURE, "a--x", "a--x"],
    ["AZURE_KEY_VAULT", AZURE, "secret/a--x", "a--x"],
    ["AZURE_KEY_VAULT", AZURE, "cert/a--x", "a--x"],
    ["AZURE_KEY_VAULT", null, "key/a--x", "a--x"],
    ["AZURE_KEY_VAULT", AZURE, "secret/a--x/b--y", "a--x"],
    ["AZURE_KEY_VAULT", AZURE, "a--x/b--y", "b--y"],
    ["AZURE_KEY_VAULT", AZURE, "secret/", ""],
  ])("%s %j: %s is %s", (kind, config, key, effective) => {
    expect(catalog.effectiveKey(kind, config, key)).toBe(effective);
  });
});

describe("what only some CRDs fill in", () => {
  it.each([
    ["AWS_SECRETS_MANAGER", AWS, "sessionTagsPolicy"],
    ["GCP_SECRET_MANAGER", GCP, "secretVersionSelectionPolicy"],
    ["AZURE_KEY_VAULT", { ...AZURE, auth: principal(secret) }, "useAzureSDK"],
  ] as const)("is never sent: %s", (kind, config, field) => {
    const spec = catalog.renderStoreSpec(kind, validate(kind, config).config ?? {}, "ORGANIZATION");
    expect(JSON.stringify(spec)).not.toContain(field);
  });
});

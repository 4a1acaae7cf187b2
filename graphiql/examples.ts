/** What the tabs hold on a first visit: one for each part of the API, to be run from left to right. */
export const EXAMPLES: readonly { query: string; variables?: string }[] = [
  {
    query: `# Who has which secret, and did it arrive? Run it with Ctrl-Enter.
query Secrets {
  me { subject role }
  secretCounts { status count }
  secrets(first: 20, orderBy: { field: NAME }) {
    totalCount
    nodes {
      name
      scope
      status
      statusReason
      provider { name kind status }
      assignments(first: 5) {
        nodes { project { name } status reason message refreshedAt }
      }
    }
  }
}
`,
  },
  {
    query: `# A project's Secrets tab: its own secrets and the organization's that are assigned to it.
query ProjectSecrets($name: String!) {
  project(name: $name) {
    name
    status
    cluster { name status }
    assignments(first: 50) {
      totalCount
      nodes {
        secret { name scope }
        status
        message
        externalSecret { manifest }
        permissions { action allowed reason }
      }
    }
  }
}
`,
    variables: `{ "name": "checkout" }`,
  },
  {
    query: `# Every status transition that you may see, as it happens. Leave it running, then run the next tab.
subscription Watch {
  transitions {
    at
    subject
    secret { name }
    project { name }
    from
    to
    reason
    message
    actor
  }
}
`,
  },
  {
    query: `# An organization secret for two projects (platform admins). Take ids from the query below it.
mutation CreateSecret($provider: ID!, $projects: [ID!]) {
  createSecret(
    input: {
      name: "tour-database"
      scope: ORGANIZATION
      useCase: DATABASE
      providerId: $provider
      data: [{ secretKey: "password", remoteKey: "team-a/db", property: "password" }]
      projectIds: $projects
    }
  ) {
    id
    status
    assignments { nodes { project { name } status } }
  }
}

query Ids {
  providers { nodes { id name kind status } }
  projects { nodes { id name status } }
}
`,
    variables: `{ "provider": "", "projects": [] }`,
  },
  {
    query: `# What would be applied, checked by the cluster's own dry run. Changes nothing; every problem at once.
query Preview($provider: ID!, $project: ID) {
  previewSecret(
    input: {
      name: "preview"
      scope: ORGANIZATION
      providerId: $provider
      data: [{ secretKey: "no spaces please", remoteKey: "team-a/db" }]
      refreshInterval: "often"
    }
    projectId: $project
  ) {
    manifest
    problems { path message }
  }
}
`,
    variables: `{ "provider": "", "project": null }`,
  },
  {
    query: `# What happened, newest first, and by whom.
query History {
  history(first: 20, filter: { subject: [SECRET, ASSIGNMENT] }) {
    nodes { at subject secret { name } project { name } from to reason message actor }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    query: `# Where secrets come from, and where they go.
query ProvidersAndClusters {
  providers { nodes { name kind scope managed storeName status statusReason targets { cluster { name } status reason message } } }
  clusters { name status operatorApiVersion lastSeenAt projects { nodes { name status } } }
}
`,
  },
];

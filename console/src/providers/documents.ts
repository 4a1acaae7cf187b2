import { PERMISSION } from "../api/fragments.ts";
import { graphql, type ResultOf } from "../api/graphql.ts";

export const PROVIDERS = graphql(`
  query Providers($search: String, $first: Int!, $after: String) {
    providers(search: $search, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        kind
        scope
        managed
        storeName
        status
        statusReason
        project {
          id
          name
        }
        secrets(first: 0) {
          totalCount
        }
        targets {
          status
          cluster {
            id
            name
          }
        }
      }
    }
  }
`);

export const PROVIDER = graphql(
  `
    query Provider($id: ID!) {
      provider(id: $id) {
        id
        name
        kind
        scope
        managed
        storeName
        projectKeyPrefix
        config
        status
        statusReason
        createdAt
        updatedAt
        deletionRequestedAt
        permissions {
          ...PermissionParts
        }
        project {
          id
          name
        }
        targets {
          status
          reason
          message
          observedAt
          cluster {
            id
            name
          }
        }
        secrets(first: 100) {
          totalCount
          nodes {
            id
            name
            status
          }
        }
      }
    }
  `,
  [PERMISSION],
);

export type ProviderDetail = NonNullable<ResultOf<typeof PROVIDER>["provider"]>;

export const CREATE_PROVIDER = graphql(`
  mutation CreateProvider($input: CreateProviderInput!) {
    createProvider(input: $input) {
      id
      name
    }
  }
`);

export const UPDATE_PROVIDER = graphql(`
  mutation UpdateProvider($input: UpdateProviderInput!) {
    updateProvider(input: $input) {
      id
      name
      status
      statusReason
    }
  }
`);

export const DELETE_PROVIDER = graphql(`
  mutation DeleteProvider($id: ID!, $abandon: Boolean!) {
    deleteProvider(id: $id, abandon: $abandon) {
      id
      status
      statusReason
      deletionRequestedAt
    }
  }
`);

/** Projects in which the viewer may make providers. */
export const PROVIDER_PROJECTS = graphql(
  `
    query ProviderProjects {
      projects(first: 500) {
        nodes {
          id
          name
          permissions {
            ...PermissionParts
          }
        }
      }
    }
  `,
  [PERMISSION],
);

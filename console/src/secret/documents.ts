import { ASSIGNMENT_STANDING, HISTORY_ENTRY, PERMISSION, SPEC } from "../api/fragments.ts";
import { graphql, type ResultOf } from "../api/graphql.ts";

export const SECRET = graphql(
  `
    query Secret($id: ID!) {
      secret(id: $id) {
        id
        name
        scope
        useCase
        status
        statusReason
        generation
        createdAt
        createdBy
        updatedAt
        deletionRequestedAt
        permissions {
          ...PermissionParts
        }
        project {
          id
          name
        }
        provider {
          id
          name
          kind
          status
          statusReason
        }
        spec {
          ...SpecParts
        }
        # As many names as a sentence can hold; the rows are read by themselves.
        assignments(first: 10, orderBy: { field: PROJECT_NAME }) {
          totalCount
          nodes {
            id
            project {
              id
              name
            }
          }
        }
      }
    }
  `,
  [PERMISSION, SPEC],
);

export type SecretDetail = NonNullable<ResultOf<typeof SECRET>["secret"]>;

/** Where the assignments stand, page by page. */
export const ASSIGNMENTS = graphql(
  `
    query AssignmentsOfSecret($id: ID!, $first: Int!, $after: String, $filter: AssignmentFilter) {
      secret(id: $id) {
        id
        assignments(first: $first, after: $after, filter: $filter, orderBy: { field: PROJECT_NAME }) {
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            ...AssignmentStandingParts
            refreshedAt
            project {
              id
              name
              cluster {
                id
                name
              }
            }
          }
        }
      }
    }
  `,
  [ASSIGNMENT_STANDING],
);

export type AssignmentRow = NonNullable<ResultOf<typeof ASSIGNMENTS>["secret"]>["assignments"]["nodes"][number];

/** The progress of a large assignment; read again after each batch of transitions. */
export const PROGRESS = graphql(`
  query CountAssignments($id: ID!) {
    secret(id: $id) {
      id
      assignmentCounts {
        status
        count
      }
    }
  }
`);

export const MANIFESTS = graphql(`
  query Manifests($id: ID!, $search: String) {
    secret(id: $id) {
      id
      generation
      assignments(first: 50, filter: { search: $search }, orderBy: { field: PROJECT_NAME }) {
        totalCount
        nodes {
          id
          project {
            id
            name
          }
          externalSecret {
            cluster
            namespace
            name
            uid
            manifest
          }
        }
      }
    }
  }
`);

/** What would be written of a secret that is in no project. */
export const MANIFEST_OF_NONE = graphql(`
  query ManifestOfNone($id: ID!) {
    previewSecretUpdate(input: { id: $id }) {
      manifest
    }
  }
`);

export const SECRET_HISTORY = graphql(
  `
    query HistoryOfSecret($id: ID!, $first: Int!, $after: String) {
      secret(id: $id) {
        id
        history(first: $first, after: $after) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            ...HistoryEntryParts
          }
        }
      }
    }
  `,
  [HISTORY_ENTRY],
);

export const SYNC_SECRET = graphql(`
  mutation SyncSecret($id: ID!) {
    syncSecret(id: $id) {
      id
      status
      statusReason
    }
  }
`);

export const SYNC_ASSIGNMENT = graphql(`
  mutation SyncAssignment($id: ID!) {
    syncAssignment(id: $id) {
      id
      status
      reason
      message
    }
  }
`);

export const DELETE_SECRET = graphql(`
  mutation DeleteSecret($id: ID!, $abandon: Boolean!) {
    deleteSecret(id: $id, abandon: $abandon) {
      id
      status
      statusReason
      deletionRequestedAt
    }
  }
`);

export const ASSIGN = graphql(`
  mutation Assign($secretId: ID!, $projectIds: [ID!]!) {
    assignSecret(secretId: $secretId, projectIds: $projectIds) {
      id
      status
      statusReason
    }
  }
`);

export const UNASSIGN = graphql(`
  mutation Unassign($secretId: ID!, $projectIds: [ID!]!, $abandon: Boolean!) {
    unassignSecret(secretId: $secretId, projectIds: $projectIds, abandon: $abandon) {
      id
      status
      statusReason
    }
  }
`);

/** Everything that is assigned already, page by page. */
export const ASSIGNED = graphql(`
  query Assigned($id: ID!, $after: String) {
    secret(id: $id) {
      id
      assignments(first: 500, after: $after, orderBy: { field: PROJECT_NAME }) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          deletionRequestedAt
          project {
            id
            name
          }
        }
      }
    }
  }
`);

export type AssignedPage = NonNullable<ResultOf<typeof ASSIGNED>["secret"]>["assignments"];

export const PICKABLE_PROJECTS = graphql(`
  query PickableProjects($search: String, $provider: ID, $first: Int!, $after: String) {
    projects(first: $first, after: $after, search: $search, reachableBy: $provider) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        status
        statusReason
        cluster {
          id
          name
        }
      }
    }
  }
`);

import { graphql, type ResultOf } from "../api/graphql.ts";

export const SECRET = graphql(`
  query Secret($id: ID!, $first: Int!) {
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
        action
        allowed
        code
        reason
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
        refreshInterval
        refreshPolicy
        other
        data {
          secretKey
          remoteKey
          property
          version
          decodingStrategy
        }
        dataFrom {
          extract {
            key
            property
            version
            decodingStrategy
          }
          find {
            path
            nameRegExp
            tags
          }
        }
        target {
          name
          type
          creationPolicy
          deletionPolicy
          immutable
          labels
          annotations
          template
        }
      }
      assignments(first: $first) {
        totalCount
        nodes {
          id
          status
          reason
          message
          lastTransitionAt
          refreshedAt
          deletionRequestedAt
          permissions {
            action
            allowed
            code
            reason
          }
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
`);

export type SecretDetail = NonNullable<ResultOf<typeof SECRET>["secret"]>;
export type AssignmentRow = SecretDetail["assignments"]["nodes"][number];

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
  query Manifests($id: ID!) {
    secret(id: $id) {
      id
      generation
      assignments(first: 20) {
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

export const SECRET_HISTORY = graphql(`
  query HistoryOfSecret($id: ID!, $first: Int!) {
    secret(id: $id) {
      id
      history(first: $first) {
        pageInfo {
          hasNextPage
        }
        nodes {
          id
          at
          subject
          from
          to
          reason
          message
          actor
          project {
            id
            name
          }
          secret {
            id
            name
          }
          provider {
            id
            name
          }
          cluster {
            id
            name
          }
        }
      }
    }
  }
`);

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

/** Everything that is assigned already, for the picker. */
export const ASSIGNED = graphql(`
  query Assigned($id: ID!) {
    secret(id: $id) {
      id
      assignments(first: 500) {
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

export const PICKABLE_PROJECTS = graphql(`
  query PickableProjects($search: String, $provider: ID) {
    projects(first: 200, search: $search, reachableBy: $provider) {
      totalCount
      nodes {
        id
        name
        description
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

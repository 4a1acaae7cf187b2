import { ASSIGNMENT_STANDING, PERMISSION, PROVIDER_LABEL } from "../api/fragments.ts";
import { graphql, type ResultOf } from "../api/graphql.ts";

export const PROJECTS = graphql(`
  query Projects($first: Int!, $after: String, $search: String) {
    projects(first: $first, after: $after, search: $search) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        description
        status
        statusReason
        updatedAt
        cluster {
          id
          name
          status
        }
        assignments(first: 0) {
          totalCount
        }
      }
    }
  }
`);

export const CLUSTER_CHOICES = graphql(`
  query ClusterChoices {
    clusters {
      id
      name
      status
    }
  }
`);

export const CREATE_PROJECT = graphql(`
  mutation CreateProject($input: CreateProjectInput!) {
    createProject(input: $input) {
      id
      name
    }
  }
`);

export const PROJECT = graphql(
  `
    query Project($name: String!) {
      project(name: $name) {
        id
        name
        namespace
        description
        status
        statusReason
        deletionRequestedAt
        createdAt
        cluster {
          id
          name
          status
        }
        permissions {
          ...PermissionParts
        }
        assignments(first: 0) {
          totalCount
        }
      }
    }
  `,
  [PERMISSION],
);

export type ProjectDetail = NonNullable<ResultOf<typeof PROJECT>["project"]>;

/** The project's Secrets tab: its own and the organization's that are assigned to it. */
export const PROJECT_SECRETS = graphql(
  `
    query SecretsOfProject($id: ID!, $first: Int!, $after: String, $filter: AssignmentFilter) {
      project(id: $id) {
        id
        assignments(first: $first, after: $after, filter: $filter, orderBy: { field: SECRET_NAME }) {
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            ...AssignmentStandingParts
            secret {
              id
              name
              scope
              useCase
              deletionRequestedAt
              permissions {
                ...PermissionParts
              }
              provider {
                ...ProviderLabelParts
              }
            }
          }
        }
      }
    }
  `,
  [ASSIGNMENT_STANDING, PERMISSION, PROVIDER_LABEL],
);

export type ProjectAssignment = NonNullable<
  ResultOf<typeof PROJECT_SECRETS>["project"]
>["assignments"]["nodes"][number];

export const MEMBERS = graphql(`
  query Members($id: ID!) {
    project(id: $id) {
      id
      members(first: 500) {
        totalCount
        nodes {
          subject
          addedAt
          addedBy
        }
      }
    }
  }
`);

export const ADD_MEMBERS = graphql(`
  mutation AddMembers($projectId: ID!, $subjects: [String!]!) {
    addProjectMembers(projectId: $projectId, subjects: $subjects) {
      id
    }
  }
`);

export const REMOVE_MEMBERS = graphql(`
  mutation RemoveMembers($projectId: ID!, $subjects: [String!]!) {
    removeProjectMembers(projectId: $projectId, subjects: $subjects) {
      id
    }
  }
`);

export const UNMANAGED = graphql(`
  query Unmanaged($id: ID!) {
    project(id: $id) {
      id
      unmanagedExternalSecrets {
        name
        storeName
        ready
        reason
        message
        managers
        problems
      }
    }
  }
`);

export const ADOPT = graphql(`
  mutation Adopt($projectId: ID!, $names: [String!]) {
    adoptExternalSecrets(projectId: $projectId, names: $names) {
      id
      name
    }
  }
`);

export const UPDATE_PROJECT = graphql(`
  mutation UpdateProject($id: ID!, $description: String!) {
    updateProject(id: $id, description: $description) {
      id
      description
      updatedAt
    }
  }
`);

export const DELETE_PROJECT = graphql(`
  mutation DeleteProject($id: ID!, $deleteNamespace: Boolean!, $abandon: Boolean!) {
    deleteProject(id: $id, deleteNamespace: $deleteNamespace, abandon: $abandon) {
      id
      status
      statusReason
      deletionRequestedAt
    }
  }
`);

export const ASSIGNABLE_SECRETS = graphql(
  `
    query AssignableSecrets($search: String, $first: Int!, $after: String, $project: ID!) {
      secrets(first: $first, after: $after, filter: { scope: ORGANIZATION, search: $search }) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          name
          provider {
            ...ProviderLabelParts
          }
          # Whether it is in this project already.
          assignments(first: 0, filter: { projectId: $project }) {
            totalCount
          }
          permissions {
            ...PermissionParts
          }
        }
      }
    }
  `,
  [PERMISSION, PROVIDER_LABEL],
);

/** What the console's Secrets page asks, with the assignments' status. */
export const SECRETS = `query Secrets($first: Int!) {
  secrets(first: $first) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id name scope useCase status statusReason updatedAt
      project { id name }
      provider { id name kind }
      assignments(first: 10) {
        totalCount
        nodes { id status project { id name } }
      }
    }
  }
}`;

/** What the console asks for a project's tab of secrets. */
export const PROJECT = `query Project($name: String!, $first: Int!) {
  project(name: $name) {
    id name namespace description status statusReason deletionRequestedAt createdAt
    cluster { id name status }
    permissions { action allowed code reason }
    assignments(first: $first) {
      totalCount
      nodes {
        id status reason message lastTransitionAt deletionRequestedAt
        permissions { action allowed code reason }
        secret {
          id name scope useCase updatedAt
          permissions { action allowed code reason }
          provider { id name kind }
        }
      }
    }
  }
}`;

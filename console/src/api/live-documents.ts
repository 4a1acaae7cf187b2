import { graphql, type ResultOf } from "./graphql.ts";

/** Who asks, and where the stream stands before anything else is read. */
export const START = graphql(`
  query Start {
    transitionCursor
    me {
      subject
      name
      email
      role
      permissions {
        action
        allowed
        code
        reason
      }
    }
  }
`);

/** What of each thing may change by itself. */
export const PARTS = {
  secret: graphql(`
    fragment LiveSecret on Secret {
      __typename
      id
      status
      statusReason
      useCase
      generation
      updatedAt
      deletionRequestedAt
      provider {
        __typename
        id
        name
        kind
      }
    }
  `),
  assignment: graphql(`
    fragment LiveAssignment on Assignment {
      __typename
      id
      status
      reason
      message
      lastTransitionAt
      refreshedAt
      desiredGeneration
      syncedGeneration
      deletionRequestedAt
    }
  `),
  project: graphql(`
    fragment LiveProject on Project {
      __typename
      id
      name
      status
      statusReason
      deletionRequestedAt
    }
  `),
  provider: graphql(`
    fragment LiveProvider on Provider {
      __typename
      id
      name
      status
      statusReason
      deletionRequestedAt
    }
  `),
  cluster: graphql(`
    fragment LiveCluster on Cluster {
      __typename
      id
      name
      status
      statusReason
      lastSeenAt
    }
  `),
};

export const LIVE_SUBSCRIPTION = graphql(
  `
    subscription Live($since: String) {
      transitions(since: $since) {
        id
        cursor
        subject
        subjectId
        from
        to
        reason
        secret {
          ...LiveSecret
        }
        assignment {
          ...LiveAssignment
        }
        project {
          ...LiveProject
        }
        provider {
          ...LiveProvider
        }
        cluster {
          ...LiveCluster
        }
      }
    }
  `,
  [PARTS.secret, PARTS.assignment, PARTS.project, PARTS.provider, PARTS.cluster],
);

export type LiveTransition = ResultOf<typeof LIVE_SUBSCRIPTION>["transitions"];
export type Me = ResultOf<typeof START>["me"];

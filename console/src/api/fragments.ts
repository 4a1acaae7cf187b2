import { graphql } from "./graphql.ts";

/** What the viewer may do with a thing. */
export const PERMISSION = graphql(`
  fragment PermissionParts on Permission {
    action
    allowed
    code
    reason
  }
`);

/** Where an assignment stands, why, and what may be done with it. */
export const ASSIGNMENT_STANDING = graphql(
  `
    fragment AssignmentStandingParts on Assignment {
      id
      status
      reason
      message
      lastTransitionAt
      deletionRequestedAt
      permissions {
        ...PermissionParts
      }
    }
  `,
  [PERMISSION],
);

/** All of a spec that the API has fields for. */
export const SPEC = graphql(`
  fragment SpecParts on SecretSpec {
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
      template
      labels
      annotations
    }
  }
`);

/** A provider as lists show it. */
export const PROVIDER_LABEL = graphql(`
  fragment ProviderLabelParts on Provider {
    id
    name
    kind
  }
`);

/** What one line of a history says. */
export const HISTORY_ENTRY = graphql(`
  fragment HistoryEntryParts on Transition {
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
`);

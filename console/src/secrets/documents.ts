import { PROVIDER_LABEL } from "../api/fragments.ts";
import { graphql, type ResultOf } from "../api/graphql.ts";

export const SECRETS = graphql(
  `
    query Secrets($filter: SecretFilter, $orderBy: SecretOrder, $first: Int!, $after: String) {
      secrets(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          name
          scope
          useCase
          status
          statusReason
          updatedAt
          project {
            id
            name
          }
          provider {
            ...ProviderLabelParts
          }
          assignments(first: 8) {
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
    }
  `,
  [PROVIDER_LABEL],
);

export type SecretRow = ResultOf<typeof SECRETS>["secrets"]["nodes"][number];

/** Read again after each batch of transitions: see refresh.ts. */
export const COUNTS = graphql(`
  query CountSecrets($filter: SecretFilter) {
    secretCounts(filter: $filter) {
      status
      count
    }
  }
`);

export const FILTER_CHOICES = graphql(`
  query FilterChoices {
    providers(first: 500) {
      nodes {
        id
        name
      }
    }
  }
`);

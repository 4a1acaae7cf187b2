import { graphql } from "../api/graphql.ts";

/** What a secret may read from: an organization's, or of a project's own. */
export const USABLE_PROVIDERS = graphql(`
  query UsableProviders($project: ID) {
    providers(first: 500, usableInProject: $project) {
      nodes {
        id
        name
        kind
        scope
        status
        projectKeyPrefix
        project {
          id
          name
        }
      }
    }
  }
`);

export const FORM_PROJECT = graphql(`
  query FormProject($id: ID!) {
    project(id: $id) {
      id
      name
    }
  }
`);

export const EDITED_SECRET = graphql(`
  query EditedSecret($id: ID!) {
    secret(id: $id) {
      id
      name
      scope
      useCase
      generation
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
      }
      assignments(first: 5) {
        totalCount
        nodes {
          id
          project {
            id
            name
          }
        }
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
        }
      }
    }
  }
`);

export const PREVIEW_CREATE = graphql(`
  query PreviewCreate($input: CreateSecretInput!, $project: ID) {
    previewSecret(input: $input, projectId: $project) {
      manifest
      problems {
        path
        message
      }
    }
  }
`);

export const PREVIEW_UPDATE = graphql(`
  query PreviewUpdate($input: UpdateSecretInput!, $project: ID) {
    previewSecretUpdate(input: $input, projectId: $project) {
      manifest
      problems {
        path
        message
      }
    }
  }
`);

export const PREVIEW_MANIFEST = graphql(`
  query PreviewManifest($manifest: String!, $scope: SecretScope!, $project: ID) {
    previewSecretManifest(manifest: $manifest, scope: $scope, projectId: $project) {
      manifest
      problems {
        path
        message
      }
    }
  }
`);

export const CREATE_SECRET = graphql(`
  mutation CreateSecret($input: CreateSecretInput!) {
    createSecret(input: $input) {
      id
      name
      status
    }
  }
`);

export const UPDATE_SECRET = graphql(`
  mutation UpdateSecret($input: UpdateSecretInput!) {
    updateSecret(input: $input) {
      id
      name
      status
      generation
    }
  }
`);

export const CREATE_FROM_MANIFEST = graphql(`
  mutation CreateFromManifest(
    $manifest: String!
    $scope: SecretScope!
    $useCase: SecretUseCase!
    $projectId: ID
    $projectIds: [ID!]
  ) {
    createSecretFromManifest(
      manifest: $manifest
      scope: $scope
      useCase: $useCase
      projectId: $projectId
      projectIds: $projectIds
    ) {
      id
      name
      status
    }
  }
`);

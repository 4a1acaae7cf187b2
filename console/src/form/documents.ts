import { PERMISSION, PROVIDER_LABEL, SPEC } from "../api/fragments.ts";
import { graphql, type ResultOf } from "../api/graphql.ts";

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

export const FORM_PROJECT = graphql(
  `
    query FormProject($id: ID!) {
      project(id: $id) {
        id
        name
        permissions {
          ...PermissionParts
        }
      }
    }
  `,
  [PERMISSION],
);

/** Where a secret of a project's own may be made. */
export const FORM_PROJECTS = graphql(
  `
    query FormProjects {
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

/** What a draft would be, as form and as YAML, with everything that would be refused. */
const PREVIEW = graphql(
  `
    fragment PreviewParts on SecretPreview {
      manifest
      problems {
        path
        message
        line
      }
      secret {
        name
        labels
        annotations
        manifest
        provider {
          id
        }
        spec {
          ...SpecParts
        }
      }
    }
  `,
  [SPEC],
);
export type PreviewAnswer = ResultOf<typeof PREVIEW>;
export type PreviewedSecret = NonNullable<PreviewAnswer["secret"]>;

export const EDITED_SECRET = graphql(
  `
    query EditedSecret($id: ID!) {
      secret(id: $id) {
        id
        name
        scope
        useCase
        generation
        permissions {
          ...PermissionParts
        }
        project {
          id
          name
        }
        provider {
          ...ProviderLabelParts
        }
        assignments(first: 5, orderBy: { field: PROJECT_NAME }) {
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
          ...SpecParts
        }
      }
      asItIs: previewSecretUpdate(input: { id: $id }) {
        ...PreviewParts
      }
    }
  `,
  [PERMISSION, PROVIDER_LABEL, SPEC, PREVIEW],
);

export const PREVIEW_CREATE = graphql(
  `
    query PreviewCreate($input: CreateSecretInput!, $project: ID) {
      preview: previewSecret(input: $input, projectId: $project) {
        ...PreviewParts
      }
    }
  `,
  [PREVIEW],
);

export const PREVIEW_UPDATE = graphql(
  `
    query PreviewUpdate($input: UpdateSecretInput!, $project: ID) {
      preview: previewSecretUpdate(input: $input, projectId: $project) {
        ...PreviewParts
      }
    }
  `,
  [PREVIEW],
);

export const PREVIEW_MANIFEST = graphql(
  `
    query PreviewManifest($manifest: String!, $scope: SecretScope!, $project: ID) {
      preview: previewSecretManifest(manifest: $manifest, scope: $scope, projectId: $project) {
        ...PreviewParts
      }
    }
  `,
  [PREVIEW],
);

export const PREVIEW_MANIFEST_UPDATE = graphql(
  `
    query PreviewManifestUpdate($id: ID!, $manifest: String!, $generation: Int, $project: ID) {
      preview: previewSecretManifestUpdate(
        id: $id
        manifest: $manifest
        expectedGeneration: $generation
        projectId: $project
      ) {
        ...PreviewParts
      }
    }
  `,
  [PREVIEW],
);

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

/** A manifest has no use case: what it is for is said beside it, in the same request, and only if the manifest was taken. */
export const UPDATE_FROM_MANIFEST = graphql(`
  mutation UpdateFromManifest($id: ID!, $manifest: String!, $generation: Int, $useCase: SecretUseCase!) {
    updateSecretFromManifest(id: $id, manifest: $manifest, expectedGeneration: $generation) {
      id
    }
    updateSecret(input: { id: $id, useCase: $useCase }) {
      id
      name
      status
      generation
    }
  }
`);

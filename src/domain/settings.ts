/** Bounds and lists that the rules take from the settings (config.ts reads them; DESIGN.md, "What is refused, and how"). */
export interface RuleSettings {
  /** Project names that are refused beside `default` and `kube-*`: the namespace that Secretariat runs in, and RESERVED_NAMESPACES. */
  reservedNamespaces: readonly string[];
  /** Globs (`*` only) of native Secret names that members may not write. */
  protectedTargets: readonly string[];
  /** Host patterns for members' Vault and Azure; empty: none. */
  memberProviderHosts: readonly string[];
  maxSecretsPerProject: number;
  maxProvidersPerProject: number;
  /** `data` and `dataFrom` together. */
  maxItemsPerSecret: number;
  /** Milliseconds; an interval of 0 is always allowed. */
  minRefreshInterval: number;
  /** Milliseconds between two forced syncs of one assignment. */
  forcedSyncInterval: number;
  maxJsonBytes: number;
  maxJsonDepth: number;
  maxIdsPerArgument: number;
}

/** The most that `maxJsonBytes` and `maxJsonDepth` may be set to: what is looked at at all. */
export const JSON_CEILING = { maxJsonBytes: 1_048_576, maxJsonDepth: 64 } as const;

/** DESIGN.md's defaults, for production. */
export const DEFAULT_RULE_SETTINGS: RuleSettings = {
  reservedNamespaces: [],
  protectedTargets: ["sh.helm.release.*", "default-token-*"],
  memberProviderHosts: [],
  maxSecretsPerProject: 500,
  maxProvidersPerProject: 20,
  maxItemsPerSecret: 100,
  minRefreshInterval: 60_000,
  forcedSyncInterval: 10_000,
  maxJsonBytes: 65_536,
  maxJsonDepth: 10,
  maxIdsPerArgument: 5_000,
};

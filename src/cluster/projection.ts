export type {
  Observed,
  ObservedExternalSecret,
  ObservedManaged,
  ObservedManager,
  ObservedNamespace,
  ObservedOwnership,
  ObservedSecretStore,
} from "./projection/observed.js";
export { Projector } from "./projection/projector.js";

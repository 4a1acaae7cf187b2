/**
 * A simulated Kubernetes cluster with a simulated External Secrets Operator, for development and quick tests: real HTTP on loopback that behaves as
 * kube-apiserver 1.34 and ESO 0.20 do (ESO.md), with faults that can be switched on. Nothing that speaks to it can tell that it is no real one.
 */
export { ApiError } from "./api-error.js";
export type { Backend, RemoteFind, RemoteRef } from "./backends/backend.js";
export type { Backends } from "./backends/backends.js";
export type { Clock } from "./clock.js";
export { SimulatedCluster } from "./cluster.js";
export type { DirectAccess, DirectWrite } from "./direct-access.js";
export type { ActiveFault, FaultEffect, FaultMatch, FaultRule, Faults } from "./faults.js";
export type { History, HistoryEntry } from "./history.js";
export type { Json, JsonObject } from "./json.js";
export type { KubeObject } from "./kube-object.js";
export type { SimulatedOperator } from "./operator/operator.js";
export type { ResourceName } from "./resources.js";
export type { ClusterSettings } from "./settings.js";
export { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.js";

import { join } from "node:path";
import { freePorts } from "./free-ports.js";
import type { PartCommand } from "./part.js";
import { RawCluster } from "./raw-cluster.js";

/** In the order in which they are started. */
export const PARTS = [
  "openbao",
  "moto",
  "standin",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "external-secrets",
] as const;
export type PartName = (typeof PARTS)[number];

/** Where the parts listen, on loopback; a front stands before a backend. */
export interface RigPorts {
  etcd: number;
  peer: number;
  api: number;
  controllerManager: number;
  metrics: number;
  live: number;
  bao: number;
  baoFront: number;
  moto: number;
  motoFront: number;
  gcp: number;
  gcpToken: number;
  azure: number;
  proxy: number;
}

/** Free ports, all different. */
export async function rigPorts(): Promise<RigPorts> {
  const free = await freePorts(14);
  const next = (): number => free.pop() ?? 0;
  return {
    etcd: next(),
    peer: next(),
    api: next(),
    controllerManager: next(),
    metrics: next(),
    live: next(),
    bao: next(),
    baoFront: next(),
    moto: next(),
    motoFront: next(),
    gcp: next(),
    gcpToken: next(),
    azure: next(),
    proxy: next(),
  };
}

export interface RigPlace {
  /** Folder of the binaries. */
  assets: string;
  directory: string;
  ports: RigPorts;
  kubeconfig: string;
  /** Whether the operator knows `--live-addr`: old releases don't. */
  liveAddress: boolean;
}

/** How each part is run, and how it is known to be ready. */
export function partCommands({
  assets,
  directory,
  ports,
  kubeconfig,
  liveAddress,
}: RigPlace): Record<PartName, PartCommand> {
  const at = (port: number): string => `127.0.0.1:${port}`;
  const program = (name: string): string => join(assets, name);
  const answers = async (url: string): Promise<boolean> => (await fetch(url)).ok;
  const api = `https://${at(ports.api)}`;
  return {
    etcd: {
      program: program("etcd"),
      args: [
        "--name",
        "rig",
        "--data-dir",
        join(directory, "etcd"),
        "--log-level",
        "warn",

        "--listen-client-urls",
        `http://${at(ports.etcd)}`,
        "--advertise-client-urls",
        `http://${at(ports.etcd)}`,

        "--listen-peer-urls",
        `http://${at(ports.peer)}`,
        "--initial-advertise-peer-urls",
        `http://${at(ports.peer)}`,
        "--initial-cluster",
        `rig=http://${at(ports.peer)}`,
        "--unsafe-no-fsync",
      ],
      ready: () => answers(`http://${at(ports.etcd)}/health`),
    },
    "kube-apiserver": {
      program: program("kube-apiserver"),
      args: [
        `--etcd-servers=http://${at(ports.etcd)}`,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        `--secure-port=${ports.api}`,
        `--cert-dir=${join(directory, "certs")}`,
        `--token-auth-file=${join(directory, "tokens.csv")}`,
        "--authorization-mode=RBAC",
        "--endpoint-reconciler-type=none",
        `--service-account-issuer=${api}`,
        `--service-account-key-file=${join(directory, "sa.key")}`,
        `--service-account-signing-key-file=${join(directory, "sa.key")}`,
        "--service-cluster-ip-range=10.0.0.0/24",
        "--allow-privileged=true",
        "--disable-admission-plugins=ServiceAccount",
      ],
      ready: async () => (await RawCluster.of(kubeconfig).get("/readyz")).status === 200,
    },
    "kube-controller-manager": {
      program: program("kube-controller-manager"),
      args: [
        `--kubeconfig=${kubeconfig}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${ports.controllerManager}`,
        `--cert-dir=${join(directory, "certs-kcm")}`,
        "--leader-elect=false",
        `--service-account-private-key-file=${join(directory, "sa.key")}`,
        `--root-ca-file=${join(directory, "certs", "apiserver.crt")}`,
        "--controllers=namespace-controller,garbage-collector-controller,serviceaccount-controller,clusterrole-aggregation-controller",
      ],
      ready: () => true,
    },
    "external-secrets": {
      program: program("external-secrets"),
      args: [
        "--concurrent=10",
        "--client-qps=500",
        "--client-burst=1000",
        "--enable-leader-election=false",
        `--metrics-addr=${at(ports.metrics)}`,
        ...(liveAddress ? [`--live-addr=${at(ports.live)}`] : []),
        "--zap-time-encoding=rfc3339nano",
      ],
      env: {
        KUBECONFIG: kubeconfig,
        AWS_SECRETSMANAGER_ENDPOINT: `http://${at(ports.motoFront)}`,
        AWS_STS_ENDPOINT: `http://${at(ports.motoFront)}`,
        HTTPS_PROXY: `http://${at(ports.proxy)}`,
        NO_PROXY: "127.0.0.1,localhost",
        SSL_CERT_FILE: join(directory, "ca-bundle.pem"),
      },
      ready: (log) => /Starting workers.*"controller": *"externalsecret"/u.test(log),
    },
    openbao: {
      program: program("bao"),
      args: [
        "server",
        "-dev",
        "-dev-no-store-token",
        "-dev-root-token-id=root",
        `-dev-listen-address=${at(ports.bao)}`,
      ],
      ready: () => answers(`http://${at(ports.bao)}/v1/sys/health`),
    },
    moto: {
      program: program("moto_server"),
      args: ["-H", "127.0.0.1", "-p", `${ports.moto}`],
      ready: () => answers(`http://${at(ports.moto)}/moto-api/`),
    },
    standin: {
      program: program("standin"),
      args: [
        "-dir",
        directory,
        "-gcp-grpc",
        at(ports.gcp),
        "-gcp-token",
        at(ports.gcpToken),
        "-azure",
        at(ports.azure),
        "-proxy",
        at(ports.proxy),
      ],
      ready: () => answers(`http://${at(ports.proxy)}/healthz`),
    },
  };
}

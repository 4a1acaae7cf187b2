import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments, stringify } from "yaml";
import { eventually } from "../../support/eventually.js";
import { Front } from "./front.js";
import { Part } from "./part.js";
import { isObject, RawCluster, textOf } from "./raw-cluster.js";
import { partCommands, PARTS, rigPorts, type PartName, type RigPorts } from "./rig-parts.js";

const run = promisify(execFile);

/** Every file that the rig needs, all in the folder that KUBEBUILDER_ASSETS names. */
const ASSETS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "external-secrets",
  "crds.yaml",
  "bao",
  "moto_server",
  "standin",
  "standin-credentials",
];

/** @returns which files are not there */
export const missingAssets = (folder: string): string[] => ASSETS.filter((name) => !existsSync(join(folder, name)));

/** A cluster with the operator and four backends, on loopback, of processes that are this one's children. */
export class Rig {
  readonly fronts: { openbao: Front; moto: Front };
  readonly kubeconfig: string;
  readonly #parts: ReadonlyMap<PartName, Part>;
  readonly #token = randomBytes(16).toString("hex");

  private constructor(
    private readonly assets: string,
    readonly directory: string,
    private readonly ports: RigPorts,
    liveAddress: boolean,
  ) {
    this.kubeconfig = join(directory, "admin.kubeconfig");
    this.fronts = { openbao: new Front(ports.baoFront, ports.bao), moto: new Front(ports.motoFront, ports.moto) };
    const commands = partCommands({ assets, directory, ports, kubeconfig: this.kubeconfig, liveAddress });
    this.#parts = new Map(PARTS.map((name) => [name, new Part(name, directory, commands[name])]));
  }

  /** Starts all; resolves when the operator works. Whoever calls stops it, also where this throws. @param register gets the rig before anything runs */
  static async start(assets: string, directory: string, register: (rig: Rig) => void): Promise<Rig> {
    const help = await run(join(assets, "external-secrets"), ["--help"]).catch((error: unknown) => ({
      stdout: isObject(error) ? textOf(error["stdout"]) : "",
      stderr: isObject(error) ? textOf(error["stderr"]) : "",
    }));
    const rig = new Rig(assets, directory, await rigPorts(), `${help.stdout}${help.stderr}`.includes("--live-addr"));
    register(rig);
    await rig.#up();
    return rig;
  }

  get vault(): { address: string; token: string } {
    return { address: this.fronts.openbao.url, token: "root" };
  }
  get aws(): { endpoint: string } {
    return { endpoint: this.fronts.moto.url };
  }
  get standin() {
    return {
      proxy: `http://127.0.0.1:${this.ports.proxy}`,
      azure: `https://127.0.0.1:${this.ports.azure}`,
      ca: join(this.directory, "ca.pem"),
      googleServiceAccount: join(this.directory, "gcp-service-account.json"),
    };
  }

  part(name: PartName): Part {
    const part = this.#parts.get(name);
    if (part === undefined) throw new Error(`there is no part ${name}`);
    return part;
  }

  async stop(): Promise<void> {
    await Promise.all([this.fronts.openbao.stop(), this.fronts.moto.stop()]);
    for (const name of PARTS.toReversed()) await this.part(name).stop();
  }

  async #up(): Promise<void> {
    this.#writeCredentials();
    await Promise.all([this.fronts.openbao.set("none"), this.fronts.moto.set("none")]);
    const backends = ["openbao", "moto", "standin"] as const;
    await Promise.all([...backends.map((name) => this.part(name).start()), this.#controlPlane()]);
    const { stdout } = await run(join(this.assets, "standin-credentials"), [
      "-token-uri",
      `http://127.0.0.1:${this.ports.gcpToken}/token`,
    ]);
    writeFileSync(this.standin.googleServiceAccount, stdout, { mode: 0o600 });
    await this.part("external-secrets").start();
  }

  async #controlPlane(): Promise<void> {
    await this.part("etcd").start();
    await this.part("kube-apiserver").start();
    const [, cluster] = [await this.part("kube-controller-manager").start(), RawCluster.of(this.kubeconfig)];
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const definitions = parseAllDocuments(readFileSync(join(this.assets, "crds.yaml"), "utf8"))
      .map((document) => document.toJS() as unknown)
      .filter(isObject);
    await Promise.all(definitions.map((definition) => cluster.apply(definition)));
    await eventually(async () => {
      const all = await cluster.list(path);
      return (
        all.length >= definitions.length &&
        all.every((one) => JSON.stringify(one["status"] ?? {}).includes(ESTABLISHED))
      );
    }, 60_000);
  }

  #writeCredentials(): void {
    const { directory, ports } = this;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = privateKey.export({ type: "pkcs1", format: "pem" });
    writeFileSync(join(directory, "sa.key"), key, { mode: 0o600 });
    writeFileSync(join(directory, "tokens.csv"), `${this.#token},rig-admin,rig-admin,"system:masters"\n`, {
      mode: 0o600,
    });
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "rig",
          cluster: {
            server: `https://127.0.0.1:${ports.api}`,
            "certificate-authority": join(directory, "certs", "apiserver.crt"),
          },
        },
      ],
      users: [{ name: "rig-admin", user: { token: this.#token } }],
      contexts: [{ name: "rig", context: { cluster: "rig", user: "rig-admin" } }],
      "current-context": "rig",
    };
    writeFileSync(this.kubeconfig, stringify(config), { mode: 0o600 });
  }
}

const ESTABLISHED = '"type":"Established"';

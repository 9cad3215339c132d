import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { asWorkload, type Chain, isObject, parseJson, type WorkloadChain } from "../model/mod.ts";
import { QueueError } from "./errors.ts";
import { canonicalJson } from "./submission.ts";

/** The options of the instances of a deployed chain, unless their submission says otherwise. */
export type SubmissionDefaults = Omit<WorkloadChain, "chain" | "share">;

/** A chain that is known to the queue by its name, so that whoever submits needs no definition of it. */
export interface DeployedChain {
  /** That of the chain. */
  readonly name: string;
  /** SHA-256 of the chain and the defaults, hexadecimal: the same content has the same version. */
  readonly version: string;
  /** The chain, with those that it calls. */
  readonly chain: Chain;
  /** The defaults of its submissions. */
  readonly defaults: SubmissionDefaults;
  /** When this version was deployed, in milliseconds since 1970. */
  readonly deployedAtMs: number;
}

/** The effect of deploying one chain. */
export interface Deployment {
  /** The name of the chain. */
  readonly name: string;
  /** The version that is deployed now. */
  readonly version: string;
  /** Whether there was none of that name, another version, or the same one. */
  readonly outcome: "new" | "changed" | "unchanged";
  /** The version that it replaces, if it has changed. */
  readonly formerVersion?: string;
}

/** The chains that a queue knows by name. */
export interface DeployedChains {
  /**
   * Makes chains known by their names, each in the place of its former version; instances that were submitted before keep
   * theirs. All of them are deployed, or none.
   *
   * @throws {WorkloadError} if one of them cannot be used
   * @throws {QueueError} `too-large` if they are too many, or, on Kafka, larger together than one message
   */
  deploy(chains: readonly DeployedChain[]): Promise<readonly Deployment[]>;
  /**
   * The chain that is deployed under a name, the same object until another version is: cheap enough for each submission.
   *
   * @throws {QueueError} `failed` or `newer-version` if it cannot be read
   */
  deployed(name: string): Promise<DeployedChain | undefined>;
  /**
   * All deployed chains, by name.
   *
   * @throws {QueueError} as {@linkcode DeployedChains.deployed}
   */
  deployments(): AsyncIterable<DeployedChain>;
  /** Forgets a deployed chain; its instances go on. @returns whether it was there */
  undeploy(name: string): Promise<boolean>;
}

/** Most chains that are deployed to one queue. */
const MOST_DEPLOYED = 10_000;

/** The entry of a workload as it is deployed; what it says of arrivals is left out. */
export function deployable(entry: WorkloadChain, deployedAtMs: number): DeployedChain {
  const { chain, share: _, ...defaults } = entry;
  return { name: chain.name, version: versionOf({ chain, defaults }), chain, defaults, deployedAtMs };
}

/** A deployed chain as the entry of a workload: instances are made of it. */
export function entryOfDeployed({ chain, defaults }: DeployedChain): WorkloadChain {
  return { ...defaults, chain };
}

type Content = Pick<DeployedChain, "chain" | "defaults">;

function versionOf(content: Content): string {
  return createHash("sha256").update(canonicalJson(content)).digest("hex");
}

/**
 * Checks what is deployed together.
 *
 * @throws {WorkloadError} if a chain or its defaults cannot be used, or two have the same name
 */
export function checkDeployable(chains: readonly DeployedChain[]): void {
  if (chains.length > 0) asWorkload({ chains: chains.map(entryOfDeployed) });
}

/** The effect of deploying a chain in the place of the version that is there. */
export function deploymentOf({ name, version }: DeployedChain, former: string | undefined): Deployment {
  if (former === undefined) return { name, version, outcome: "new" };
  if (former === version) return { name, version, outcome: "unchanged" };
  return { name, version, outcome: "changed", formerVersion: former };
}

/** @throws {QueueError} `too-large` if the queue would have more than {@linkcode MOST_DEPLOYED} chains */
export function checkRoom(where: string, before: number, deployments: readonly Deployment[]): void {
  const after = before + deployments.filter(({ outcome }) => outcome === "new").length;
  if (after <= MOST_DEPLOYED) return;
  throw new QueueError(
    "too-large",
    `Cannot deploy to ${where}: it would have ${after} chains, more than ${MOST_DEPLOYED}. ` +
      "Remove some with sequoia deploy --remove NAME; nothing has been deployed",
  );
}

/** The text in which chain and defaults are stored. */
export function contentText({ chain, defaults }: Content): string {
  return JSON.stringify({ chain, defaults });
}

/**
 * Reads such a text.
 *
 * @throws {QueueError} `failed` if it is none: it was edited or damaged, or is of another program
 */
export function readContent(where: string, name: string, text: string): Content {
  try {
    const value = parseJson(text)?.value;
    if (!isObject(value) || !isObject(value.defaults)) throw new TypeError("it is not what it should be");
    const [entry] = asWorkload({ chains: [{ ...value.defaults, chain: value.chain }] }).chains;
    const { chain, ...defaults } = entry!;
    return { chain, defaults };
  } catch (cause) {
    throw new QueueError(
      "failed",
      `Cannot read the chain "${name}" that is deployed to ${where}: ${
        (cause as Error).message
      }. Deploy it again, ` + `or remove it with sequoia deploy --remove`,
      { cause },
    );
  }
}

/** Compares names by their code points, as every driver lists them. */
export function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

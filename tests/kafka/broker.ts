/** A real Kafka broker for tests: one node, broker and controller in one JVM, on loopback, with data of its own. */
import { answers } from "./answers.ts";
import { mustRun } from "./commands.ts";
import { classPath } from "./jars.ts";
import { javaArgs, Jvm } from "./jvm.ts";
import { freePorts } from "./ports.ts";
import { makeCertificate, type Security, securityFormatArgs } from "./security.ts";
import { type Ports, serverProperties } from "./settings.ts";

export { brokerSkipReason, kafkaTest, kafkaTests } from "./requirements.ts";
export { type Security, USERS } from "./security.ts";

/** The longest time until a broker answers, and the time between two questions, in milliseconds. */
const [START_MS, POLL_MS] = [60_000, 50];

/** The longest that a broker may take to end by itself, in milliseconds. */
const STOP_MS = 20_000;

/** Any will do, as it is the only node of its cluster. */
const CLUSTER_ID = "c2VxdW9pYS10ZXN0cw0KMQ";

/** The differences of a broker from the usual one. */
export interface BrokerOptions {
  /** Server properties that win over the fixture's own. */
  readonly properties?: Readonly<Record<string, string>>;
  /** The clients' port. (Default: a free one) */
  readonly port?: number;
  /** All of its ports. (Default: free ones) */
  readonly ports?: Ports;
  /** The security of its clients' connections. (Default: "none") */
  readonly security?: Security;
}

/** A broker; at the end of its scope it is killed and its data is removed. */
export interface Broker extends AsyncDisposable {
  /** Where clients find it, host:port; stays the same for life. */
  readonly address: string;
  /** The path of its log, which goes on over restarts. */
  readonly log: string;
  /** The certificate to trust, as PEM; only with TLS. */
  readonly caPem?: string;
  /** Kills it (SIGKILL) and waits for its end; nothing happens when it has ended. */
  kill(): Promise<void>;
  /** Ends it in order (SIGTERM), or kills it after 20 s; nothing happens when it has ended. */
  stop(): Promise<void>;
  /** Starts it again, on the same port and data, and waits until it answers. */
  start(): Promise<void>;
}

/** The parts of an {@linkcode OwnBroker}. */
interface Parts {
  readonly folder: string;
  readonly port: number;
  readonly args: readonly string[];
  readonly caPem: string | undefined;
}

/** The promise, or undefined after a while, in milliseconds, if it has not resolved by then. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), ms));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

class OwnBroker implements Broker {
  readonly address: string;
  readonly log: string;
  readonly caPem?: string;
  readonly #parts: Parts;
  #jvm: Jvm | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.address = `127.0.0.1:${parts.port}`;
    this.log = `${parts.folder}/broker.log`;
    if (parts.caPem !== undefined) this.caPem = parts.caPem;
  }

  async start(): Promise<void> {
    if (this.#jvm) throw new Error("Cannot start the broker: it is running. Call stop() or kill() first");
    const jvm = new Jvm(this.log, this.#parts.args);
    this.#jvm = jvm;
    const failure = await this.#failure(jvm);
    if (failure === undefined) return;
    await this.kill();
    throw new Error(`Cannot start the broker: it ${failure}. The end of its log:\n${await this.#tail()}`);
  }

  /** Waits until it answers; says what it did instead. */
  async #failure(jvm: Jvm): Promise<string | undefined> {
    const asked = { hostname: "127.0.0.1", port: this.#parts.port, caPem: this.caPem };
    const untilMs = performance.now() + START_MS;
    const ended = jvm.ended.then(() => true);
    while (performance.now() < untilMs) {
      if (await answers(asked)) return undefined;
      if (await within(ended, POLL_MS)) return "ended";
    }
    return `did not answer within ${START_MS / 1000} s`;
  }

  async #tail(): Promise<string> {
    return (await Deno.readTextFile(this.log)).trimEnd().split("\n").slice(-30).join("\n");
  }

  async kill(): Promise<void> {
    const jvm = this.#jvm;
    jvm?.signal("KILL");
    await jvm?.ended;
    this.#jvm = undefined;
  }

  async stop(): Promise<void> {
    this.#jvm?.signal("TERM");
    if (this.#jvm) await within(this.#jvm.ended, STOP_MS);
    await this.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#parts.folder, { recursive: true });
  }
}

/** Writes all that a broker starts from into a folder. */
async function prepare(folder: string, options: BrokerOptions): Promise<OwnBroker> {
  const { security = "none", properties = {}, port } = options;
  const [jars, ports] = [await classPath(), options.ports ?? freePorts(port)];
  const caPem = security === "tls" ? await makeCertificate(folder) : undefined;
  const file = `${folder}/server.properties`;
  await Deno.writeTextFile(file, serverProperties({ folder, ports, security, properties }));
  const format = ["format", "-t", CLUSTER_ID, "-c", file, ...securityFormatArgs(security)];
  await mustRun("format the storage", "java", javaArgs(jars, "kafka.tools.StorageTool", format));
  return new OwnBroker({ folder, port: ports.client, args: javaArgs(jars, "kafka.Kafka", [file]), caPem });
}

/** Makes a broker with empty data, which has yet to be started; dispose of it, as by `await using`. */
export async function newBroker(options: BrokerOptions = {}): Promise<Broker> {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-kafka-" });
  try {
    return await prepare(folder, options);
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
}

/**
 * Starts a broker with empty data, and waits until it answers; dispose of it, as by `await using`.
 *
 * @throws {Error} when it ends or does not answer within 60 s, with the end of its log
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const broker = await newBroker(options);
  try {
    await broker.start();
    return broker;
  } catch (error) {
    await broker[Symbol.asyncDispose]();
    throw error;
  }
}

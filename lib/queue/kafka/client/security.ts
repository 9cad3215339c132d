import type { ConnectionOptions } from "node:tls";
import { fileText } from "../../../model/mod.ts";
import type { KafkaAddressOptions } from "../address/address.ts";
import { QueueError } from "../../errors.ts";
import type { ClusterOptions, ISocketFactory, SASLOptions } from "./kafkajs.ts";

type Tls = NonNullable<KafkaAddressOptions["tls"]>;

/**
 * The options for connecting to brokers, with the files of the certificates read.
 *
 * @throws {QueueError} `cannot-open`, if one cannot be read
 */
export async function connectionOf(
  { brokers, client = "sequoia", tls, sasl, socketFactory }: KafkaAddressOptions & {
    readonly brokers: readonly string[];
    readonly socketFactory?: ISocketFactory;
  },
): Promise<ClusterOptions> {
  return {
    brokers,
    clientId: client,
    ssl: tls && await tlsOptions(tls),
    sasl: sasl && { mechanism: sasl.mechanism, username: sasl.user, password: sasl.password } as SASLOptions,
    socketFactory,
  };
}

async function tlsOptions({ ca, cert, key }: Tls): Promise<ConnectionOptions> {
  return {
    ...ca !== undefined && { ca: [await pem(ca)] },
    ...cert !== undefined && { cert: await pem(cert) },
    ...key !== undefined && { key: await pem(key) },
  };
}

async function pem(path: string): Promise<string> {
  try {
    return fileText(await Deno.readFile(path));
  } catch (cause) {
    throw new QueueError(
      "cannot-open",
      `Cannot read the certificate file ${path}: ${(cause as Error).message}. Name a PEM file`,
      { cause },
    );
  }
}

import { mustRun } from "./commands.ts";

/**
 * The security of clients' connections:
 * - `none`: anybody, in plain text;
 * - `sasl`: in plain text after a login by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, and with authorization on;
 * - `tls`: anybody, by TLS; the certificate is the broker's own.
 */
export type Security = "none" | "sasl" | "tls";

/** The users of `sasl` and their passwords: `admin` may do everything, `bob` nothing. */
export const USERS = { admin: "admin-secret", bob: "bob-secret" } as const;

const STORE_PASSWORD = "changeit";

/** The protocol of the listener `CLIENT`. */
export const PROTOCOLS: Readonly<Record<Security, string>> = {
  none: "PLAINTEXT",
  sasl: "SASL_PLAINTEXT",
  tls: "SSL",
};

function saslProperties(): Record<string, string> {
  const module = "org.apache.kafka.common.security";
  const scram = `${module}.scram.ScramLoginModule required;`;
  const users = Object.entries(USERS).map(([name, password]) => `user_${name}="${password}"`);
  const listener = "listener.name.client";
  return {
    [`${listener}.sasl.enabled.mechanisms`]: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    [`${listener}.plain.sasl.jaas.config`]: `${module}.plain.PlainLoginModule required ${users.join(" ")};`,
    [`${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${listener}.scram-sha-512.sasl.jaas.config`]: scram,
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    // The broker and its controller come as ANONYMOUS by listeners of their own; CLIENT lets nobody in as that.
    "super.users": "User:admin;User:ANONYMOUS",
  };
}

const keyStore = (folder: string) => `${folder}/broker.p12`;

/** The server properties that a security needs. */
export function securityProperties(security: Security, folder: string): Record<string, string> {
  if (security === "none") return {};
  if (security === "sasl") return saslProperties();
  return {
    "listener.name.client.ssl.keystore.type": "PKCS12",
    "listener.name.client.ssl.keystore.location": keyStore(folder),
    "listener.name.client.ssl.keystore.password": STORE_PASSWORD,
  };
}

/** The arguments for formatting the storage: users of SCRAM live there, users of PLAIN in the properties. */
export function securityFormatArgs(security: Security): string[] {
  if (security !== "sasl") return [];
  return Object.entries(USERS).flatMap(([name, password]) =>
    ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
      "--add-scram",
      `${mechanism}=[name=${name},password=${password}]`,
    ])
  );
}

/** Makes a certificate that is its own authority into `folder`, and gives it as PEM. Java brings the tool. */
export async function makeCertificate(folder: string): Promise<string> {
  const store = ["-alias", "broker", "-storetype", "PKCS12", "-keystore", keyStore(folder)];
  const access = [...store, "-storepass", STORE_PASSWORD];
  const names = ["-dname", "CN=localhost", "-ext", "SAN=dns:localhost,ip:127.0.0.1"];
  const key = ["-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"];
  await mustRun("make a certificate", "keytool", ["-genkeypair", ...access, ...key, ...names]);
  const pem = await mustRun("read the certificate", "keytool", ["-exportcert", "-rfc", ...access]);
  const begin = pem.indexOf("-----BEGIN"); // warnings of the tool may stand before it
  return pem.slice(begin, pem.indexOf("-----END CERTIFICATE-----") + 26);
}

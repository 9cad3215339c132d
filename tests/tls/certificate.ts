/** A certificate for tests, a new one each time: ITU-T X.509 version 3 in DER (RFC 5280), signed by its own key. */

/** The certificate and the key of a server, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** A value in DER: tag, length, content (ITU-T X.690). */
function der(tag: number, ...parts: readonly Bytes[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  const value = new Uint8Array(1 + size.length + length);
  value.set([tag, ...size]);
  parts.reduce((at, part) => (value.set(part, at), at + part.length), 1 + size.length);
  return value;
}

const bytes = (...values: readonly number[]): Bytes => new Uint8Array(values);
const ascii = (text: string): Bytes => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const sequence = (...parts: readonly Bytes[]) => der(0x30, ...parts);
/** A number that is not negative. */
const integer = (value: Bytes) => der(0x02, value[0]! < 128 ? value : bytes(0, ...value));
const ECDSA_WITH_SHA256 = sequence(der(0x06, bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));
const COMMON_NAME = der(0x06, bytes(0x55, 0x04, 0x03)), SUBJECT_ALT_NAME = der(0x06, bytes(0x55, 0x1d, 0x11));

/** Without the zeros that numbers do not begin with. */
function shortest(value: Bytes): Bytes {
  const first = value.findIndex((byte) => byte !== 0);
  return value.slice(first < 0 ? value.length - 1 : first);
}

function pem(label: string, value: ArrayBuffer | Bytes): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(value)));
  return `-----BEGIN ${label}-----\n${text.replace(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;
}

/** Makes a certificate of a name; who trusts it trusts that name alone. */
export async function makeCertificate(name: string): Promise<Certificate> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const subject = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, ascii(name)))));
  const names = sequence(SUBJECT_ALT_NAME, der(0x04, sequence(der(0x82, ascii(name)))));
  const toSign = sequence(
    der(0xa0, integer(bytes(2))), // version 3
    integer(crypto.getRandomValues(new Uint8Array(8)).map((byte) => byte & 0x7f | 1)),
    ECDSA_WITH_SHA256,
    subject,
    sequence(der(0x17, ascii("200101000000Z")), der(0x17, ascii("491231000000Z"))),
    subject,
    new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)),
    der(0xa3, sequence(names)),
  );
  const signed = new Uint8Array(
    await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, toSign),
  );
  const signature = sequence(integer(shortest(signed.slice(0, 32))), integer(shortest(signed.slice(32))));
  const cert = sequence(toSign, ECDSA_WITH_SHA256, der(0x03, bytes(0), signature));
  return {
    cert: pem("CERTIFICATE", cert),
    key: pem("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", privateKey)),
  };
}

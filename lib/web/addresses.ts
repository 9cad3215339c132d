/** The bits that make an IPv6 address of an IPv4 address (RFC 4291, section 2.5.5.2). */
const MAPPED = 0xffffn << 32n;

/**
 * Addresses that are never called, whoever asks: those at which machines find their own cloud, and its credentials. IPv4
 * addresses count as the IPv6 addresses that they are mapped to.
 */
const REFUSED = ([
  // RFC 3927 and RFC 4291: link-local. AWS, Google, Azure, Oracle, OpenStack, ECS and EKS answer at some of them.
  ["169.254.0.0/16", "a link-local address, where clouds keep credentials"],
  ["fe80::/10", "a link-local address, where clouds keep credentials"],
  // The addresses of clouds beside these, by their documentation.
  ["fd00:ec2::/32", "an address of AWS's metadata"],
  ["fd20:ce::254/128", "an address of Google's metadata"],
  ["fd00:c1::a9fe:a9fe/128", "an address of Oracle's metadata"],
  ["192.0.0.192/32", "an address of Oracle's metadata"],
  ["168.63.129.16/32", "an address of Azure's metadata"],
  ["100.100.100.200/32", "an address of Alibaba's metadata"],
] as const).map(([block, words]) => ({ ...parseBlock(block), words }));

/** Names of the same, for who does not resolve names itself. */
const REFUSED_NAMES: ReadonlySet<string> = new Set([
  "metadata.google.internal",
  "metadata.goog",
  "instance-data.ec2.internal",
  "metadata.tencentyun.com",
]);

/** The bits before an IPv4 address in 96 bits: compatible, mapped, translated (RFC 2765), NAT64 (RFC 6052). */
const BEFORE_IPV4: ReadonlySet<bigint> = new Set([0n, 0xffffn, 0xffff_0000n, 0x64_ff9bn << 64n]);
/** NAT64 of a network's own (RFC 8215), and 6to4 (RFC 3056). */
const LOCAL_NAT64 = 0x64_ff9b_0001n, SIX_TO_FOUR = 0x2002n;

/** Why a host of a URL, as the URL parser writes it, is never called; undefined if it may be, as far as its name says. */
export function hostRefusal(hostname: string): string | undefined {
  const host = hostname.replace(/\.+$/, "");
  return REFUSED_NAMES.has(host) ? "a name of a cloud's metadata" : addressRefusal(host);
}

/** Why an IP address is never called; undefined if it may be, or is no address. */
export function addressRefusal(address: string): string | undefined {
  const value = addressValue(address);
  if (value === undefined) return undefined;
  for (const meant of meanings(value)) {
    const block = REFUSED.find(({ first, bits }) => (meant ^ first) >> (128n - bits) === 0n);
    if (block !== undefined) return block.words;
  }
  return undefined;
}

/** Whether a host of a URL is an address, so that nothing is to be resolved. */
export function isAddress(hostname: string): boolean {
  return addressValue(hostname) !== undefined;
}

/**
 * Whether a host, with or without brackets, is this machine by its loopback: an address of it (RFC 1122, RFC 4291), or a name
 * that always means one (RFC 6761, section 6.3).
 */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/\.+$/, "").toLowerCase();
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  const value = addressValue(host);
  return value !== undefined && (value === 1n || value >> 24n === (MAPPED | 127n << 24n) >> 24n);
}

/** An address, and the IPv4 address that it may lead to. */
function* meanings(value: bigint): Generator<bigint> {
  yield value;
  const embedded = value & 0xffff_ffffn;
  if (BEFORE_IPV4.has(value >> 32n) || value >> 80n === LOCAL_NAT64) yield MAPPED | embedded;
  if (value >> 112n === SIX_TO_FOUR) yield MAPPED | ((value >> 80n) & 0xffff_ffffn);
}

/** The 128 bits of an address, with or without brackets and zone; undefined if it is none. */
export function addressValue(address: string): bigint | undefined {
  const text = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (/^\d+(\.\d+){3}$/.test(text)) {
    const parts = text.split(".");
    if (parts.some((part) => Number(part) > 255)) return undefined;
    return parts.reduce((value, part) => value << 8n | BigInt(part), 0n) | MAPPED;
  }
  if (!text.includes(":")) return undefined;
  const canonical = URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1);
  if (canonical === undefined) return undefined;
  const [head = [], tail = []] = canonical.split("::").map((half) => half === "" ? [] : half.split(":"));
  const zeros = Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...zeros, ...tail].reduce((value, group) => value << 16n | BigInt(`0x${group}`), 0n);
}

function parseBlock(block: string): { first: bigint; bits: bigint } {
  const [address = "", length] = block.split("/");
  return { first: addressValue(address)!, bits: BigInt(length!) + (address.includes(":") ? 0n : 96n) };
}

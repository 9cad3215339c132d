import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addressRefusal, hostRefusal, isAddress, isLoopback } from "./addresses.ts";

const hostOf = (host: string) => new URL(`http://${host}/`).hostname;

const REFUSED = [
  "169.254.169.254",
  "169.254.0.0",
  "169.254.170.2",
  "169.254.255.255",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "[fe80::1]",
  "[FEBF:ffff::1]",
  "[fd00:ec2::254]",
  "[fd20:ce::254]",
  "[fd00:c1::a9fe:a9fe]",
  "metadata.google.internal",
  "METADATA.google.internal.",
  "metadata。goog",
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "169.254.43518",
  "0xA9.254.0251.254",
  "169.254.169.254.",
  "①⑥⑨.254.169.254",
  "[::ffff:169.254.169.254]",
  "[::169.254.169.254]",
  "[::ffff:0:169.254.169.254]",
  "[64:ff9b::169.254.169.254]",
  "[64:ff9b:1:2:3:4:a9fe:a9fe]",
  "[2002:a9fe:a9fe::1]",
  "[::ffff:100.100.100.200]",
];

for (const host of REFUSED) {
  Deno.test(`hostRefusal() refuses ${host}`, () => assert(hostRefusal(hostOf(host)) !== undefined));
}

const TAKEN = [
  "127.0.0.1",
  "localhost",
  "10.1.2.3",
  "192.168.1.1",
  "172.16.0.1",
  "169.253.255.255",
  "169.255.0.0",
  "100.100.100.201",
  "8.8.8.8",
  "[::1]",
  "[::]",
  "[fec0::1]",
  "[fe7f::1]",
  "[fd00:ec3::254]",
  "[2001:db8::a9fe:a9fe]",
  "[64:ff9b::8.8.8.8]",
  "metadata.example.com",
  "169.254.169.254.nip.example",
];

for (const host of TAKEN) {
  Deno.test(`hostRefusal() takes ${host}`, () => assertEquals(hostRefusal(hostOf(host)), undefined));
}

Deno.test("addressRefusal() takes no spelling of a link-local IPv4 address for another one", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const radix = fc.constantFrom<(n: number) => string>(
    (n) => String(n),
    (n) => `0x${n.toString(16)}`,
    (n) => `0X${n.toString(16).toUpperCase()}`,
    (n) => `0${n.toString(8)}`,
    (n) => `0x000${n.toString(16)}`,
  );
  fc.assert(fc.property(byte, byte, fc.array(radix, { minLength: 4, maxLength: 4 }), (c, d, write) => {
    const [a, b] = [169, 254];
    const hex = (n: number) => n.toString(16).padStart(2, "0");
    const last = `${hex(c)}${hex(d)}`;
    const spellings = [
      [a, b, c, d].map((n, i) => write[i]!(n)).join("."),
      [a, b, c * 256 + d].map((n, i) => write[i]!(n)).join("."),
      [a, (b * 256 + c) * 256 + d].map((n, i) => write[i]!(n)).join("."),
      write[0]!(((a * 256 + b) * 256 + c) * 256 + d),
      ...["::", "::ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::"].map((head) => `[${head}a9fe:${last}]`),
      `[2002:A9FE:${last}::]`,
    ];
    for (const spelling of spellings) assert(hostRefusal(hostOf(spelling)) !== undefined, spelling);
  }));
});

Deno.test("addressRefusal() refuses exactly the blocks, of IPv4 addresses", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const single = ["100.100.100.200", "168.63.129.16", "192.0.0.192"];
  fc.assert(fc.property(
    fc.tuple(
      fc.oneof(byte, fc.constantFrom(169, 100)),
      fc.oneof(byte, fc.constantFrom(254, 100)),
      byte,
      byte,
    ),
    (bytes) => {
      const address = bytes.join(".");
      const isRefused = address.startsWith("169.254.") || single.includes(address);
      assertEquals(addressRefusal(address) !== undefined, isRefused, address);
    },
  ));
});

Deno.test("isAddress() tells addresses from names", () => {
  assertEquals(["127.0.0.1", "[::1]", "fe80::1%eth0", "::ffff:1.2.3.4"].map(isAddress), [
    true,
    true,
    true,
    true,
  ]);
  assertEquals(["localhost", "a.b.c.d", "1.2.3.4.example"].map(isAddress), [false, false, false]);
  assert(addressRefusal("fe80::1%eth0") !== undefined);
});

Deno.test("isLoopback() knows this machine by its names and addresses, in a URL and in a Host header", () => {
  const own = [
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "127.0.0.1",
    "127.255.3.1",
    "::1",
    "[::1]",
    "[::ffff:7f00:1]",
  ];
  for (const host of own) assert(isLoopback(host), host);
  const others = [
    "localhost.example",
    "alocalhost",
    "128.0.0.1",
    "126.511.0.1",
    "127.0.0.1.example",
    "0.0.0.0",
    "::2",
    "",
  ];
  for (const host of others) assert(!isLoopback(host), host);
});

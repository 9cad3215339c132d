/** Platforms that misbehave, by real servers: each call ends in an outcome, in bounded memory, and leaves nothing behind. */
import { assert, assertEquals } from "@std/assert";
import { realClock, writeJson } from "../../model/mod.ts";
import { HttpPlatform } from "./http.ts";
import { callOf, never, rawServer, writeAll } from "../testing.ts";

const HEAD = "HTTP/1.1 200 OK\r\n";
/** Waits until the caller goes away. */
const untilGone = async (connection: Deno.Conn) => {
  while (await connection.read(new Uint8Array(1024)) !== null);
};
/** The number of bytes that were taken of answers without an end. */
let sent = 0;
/** Sends the same again and again, until the caller goes away. */
const forEver = async (connection: Deno.Conn, what: string, everyMs = 0) => {
  while (true) {
    await writeAll(connection, what);
    sent += what.length;
    if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};

async function gzipped(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([new Uint8Array(bytes).fill(97)]).stream().pipeThrough(
    new CompressionStream("gzip"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

interface Case {
  readonly does: string;
  readonly talk: (connection: Deno.TcpConn) => Promise<unknown>;
  readonly comesTo: "timeout" | "network" | "too large" | "ok" | "failed" | "server-error";
  readonly scheme?: "https";
  /** The explanation in the reason. */
  readonly says?: RegExp;
}

const CASES: readonly Case[] = [
  { does: "never answers", talk: untilGone, comesTo: "timeout" },
  {
    does: "trickles its head",
    talk: async (c) => (await writeAll(c, HEAD), await forEver(c, "x", 5)),
    comesTo: "timeout",
  },
  {
    does: "asks to be patient for ever",
    talk: (c) => forEver(c, "HTTP/1.1 102 Processing\r\n\r\n", 5),
    comesTo: "timeout",
  },
  {
    does: "trickles its answer",
    talk: async (c) => (await writeAll(c, `${HEAD}content-length: 100000\r\n\r\n`), await forEver(c, "1", 5)),
    comesTo: "timeout",
  },
  {
    does: "answers without end, in chunks",
    talk: async (c) => {
      await writeAll(c, `${HEAD}transfer-encoding: chunked\r\n\r\n`);
      await forEver(c, `1000\r\n${"1".repeat(4096)}\r\n`);
    },
    comesTo: "too large",
  },
  {
    does: "answers without end, until it closes",
    talk: async (c) => (await writeAll(c, `${HEAD}\r\n`), await forEver(c, "1".repeat(4096))),
    comesTo: "too large",
  },
  {
    does: "announces a gigabyte",
    talk: async (
      c,
    ) => (await writeAll(c, `${HEAD}content-length: 1000000000\r\n\r\n`),
      await forEver(c, "1".repeat(65_536))),
    comesTo: "too large",
  },
  {
    does: "sends a hundred megabytes as a hundred kilobytes of gzip",
    talk: async (c) => {
      const body = await gzipped(100_000_000);
      await writeAll(c, `${HEAD}content-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
      await writeAll(c, body);
    },
    comesTo: "too large",
  },
  {
    does: "fails with a small text that is a large one as gzip",
    talk: async (c) => {
      const body = await gzipped(1_000_000);
      await writeAll(
        c,
        `HTTP/1.1 500 No\r\ncontent-type: text/plain\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`,
      );
      await writeAll(c, body);
    },
    comesTo: "server-error",
    says: /^answered with status 500$/,
  },
  {
    does: "explains its failure in gzip",
    talk: async (c) => {
      const body = await gzipped(10);
      await writeAll(
        c,
        `HTTP/1.1 500 No\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`,
      );
      await writeAll(c, body);
    },
    comesTo: "server-error",
    says: /^answered with status 500: aaaaaaaaaa$/,
  },
  {
    does: "compresses as nobody knows",
    talk: (c) => writeAll(c, `${HEAD}content-encoding: zip\r\ncontent-length: 4\r\n\r\nnone`),
    comesTo: "network",
    says: /content-encoding "zip"/,
  },
  {
    does: "says gzip of what is none",
    talk: (c) => writeAll(c, `${HEAD}content-encoding: gzip\r\ncontent-length: 4\r\n\r\nnone`),
    comesTo: "network",
  },
  {
    does: "sends headers without end",
    talk: async (c) => (await writeAll(c, HEAD), await forEver(c, `x: ${"1".repeat(4000)}\r\n`)),
    comesTo: "network",
  },
  { does: "closes at once", talk: () => Promise.resolve(), comesTo: "network" },
  { does: "closes in its head", talk: (c) => writeAll(c, `${HEAD}content-le`), comesTo: "network" },
  {
    does: "closes in its answer",
    talk: (c) => writeAll(c, `${HEAD}content-length: 9\r\n\r\n"half`),
    comesTo: "network",
  },
  {
    does: "closes in a chunk",
    talk: (c) => writeAll(c, `${HEAD}transfer-encoding: chunked\r\n\r\n9\r\n"half`),
    comesTo: "network",
  },
  {
    does: "closes between chunks",
    talk: (c) => writeAll(c, `${HEAD}transfer-encoding: chunked\r\n\r\n2\r\n"h\r\n`),
    comesTo: "network",
  },
  {
    does: "sends chunks of no length",
    talk: (c) => writeAll(c, `${HEAD}transfer-encoding: chunked\r\n\r\nxyz\r\n`),
    comesTo: "network",
  },
  {
    does: "says two lengths",
    talk: (c) => writeAll(c, `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n12`),
    comesTo: "network",
  },
  {
    does: "says more of an answer than it announced",
    talk: (c) =>
      writeAll(c, `${HEAD}content-length: 1\r\n\r\n1HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"not"`),
    comesTo: "ok",
  },
  {
    does: "speaks another language",
    talk: (c) => writeAll(c, "220 mail.example ESMTP\r\n"),
    comesTo: "network",
  },
  {
    does: "switches to another protocol",
    talk: (c) => writeAll(c, "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
    comesTo: "failed",
  },
  { does: "breaks TLS", talk: (c) => writeAll(c, "\x16\x03\x01 no"), comesTo: "network", scheme: "https" },
  { does: "speaks no TLS", talk: (c) => writeAll(c, `${HEAD}\r\n`), comesTo: "network", scheme: "https" },
  { does: "never ends its handshake", talk: untilGone, comesTo: "timeout", scheme: "https" },
  {
    does: "answers bytes that are no text",
    talk: (c) =>
      writeAll(
        c,
        new Uint8Array([...new TextEncoder().encode(`${HEAD}content-length: 2\r\n\r\n`), 255, 254]),
      ),
    comesTo: "ok",
  },
  {
    does: "announces ten bytes, and sends chunks without end",
    talk: async (c) => {
      await writeAll(c, `${HEAD}content-length: 10\r\ntransfer-encoding: chunked\r\n\r\n`);
      await forEver(c, `1000\r\n${"1".repeat(4096)}\r\n`);
    },
    comesTo: "network",
    says: /both a content-length and a transfer-encoding/,
  },
  {
    does: "sends chunks that are longer than they say",
    talk: (c) => writeAll(c, `${HEAD}transfer-encoding: chunked\r\n\r\n1\r\n11\r\n0\r\n\r\n`),
    comesTo: "network",
  },
  {
    does: "never ends the line of a chunk",
    talk: async (c) => {
      await writeAll(c, `${HEAD}transfer-encoding: chunked\r\n\r\n1;`);
      await forEver(c, "x".repeat(1000));
    },
    comesTo: "network",
  },
  {
    does: "sends trailers without end",
    talk: async (c) => {
      await writeAll(c, `${HEAD}transfer-encoding: chunked\r\n\r\n0\r\n`);
      await forEver(c, "x: y\r\n".repeat(100));
    },
    comesTo: "network",
  },
  {
    does: "codes its body twice",
    talk: (c) => writeAll(c, `${HEAD}transfer-encoding: gzip, chunked\r\n\r\n`),
    comesTo: "network",
  },
  {
    does: "announces a length below 0",
    talk: (c) => writeAll(c, `${HEAD}content-length: -1\r\n\r\n`),
    comesTo: "network",
  },
  {
    does: "announces a length in hexadecimal",
    talk: (c) => writeAll(c, `${HEAD}content-length: 0x1\r\n\r\n1`),
    comesTo: "network",
  },
  {
    does: "announces a length beyond all numbers",
    talk: (c) => writeAll(c, `${HEAD}content-length: ${"9".repeat(30)}\r\n\r\n1`),
    comesTo: "network",
  },
  {
    does: "says its length twice, the same",
    talk: (c) => writeAll(c, `${HEAD}content-length: 1\r\ncontent-length: 1\r\n\r\n1`),
    comesTo: "ok",
  },
  {
    does: "sends a header without a name",
    talk: (c) => writeAll(c, `${HEAD}: x\r\ncontent-length: 1\r\n\r\n1`),
    comesTo: "network",
  },
  {
    does: "sends a header without a colon",
    talk: (c) => writeAll(c, `${HEAD}x\r\ncontent-length: 1\r\n\r\n1`),
    comesTo: "network",
  },
  {
    does: "puts a space before a colon",
    talk: (c) => writeAll(c, `${HEAD}content-length : 1\r\n\r\n1`),
    comesTo: "network",
  },
  {
    does: "ends its lines as Unix does",
    talk: (c) => writeAll(c, "HTTP/1.1 200 OK\ncontent-length: 1\n\n1"),
    comesTo: "ok",
  },
  { does: "answers in HTTP/1.0", talk: (c) => writeAll(c, "HTTP/1.0 200 OK\r\n\r\n1"), comesTo: "ok" },
  {
    does: "answers in HTTP/1.0, and stays",
    talk: (c) => writeAll(c, "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\n1"),
    comesTo: "ok",
  },
  { does: "answers in HTTP/2", talk: (c) => writeAll(c, "HTTP/2 200\r\n\r\n"), comesTo: "network" },
  { does: "answers in HTTP/0.9", talk: (c) => writeAll(c, "<html>1</html>"), comesTo: "network" },
  {
    does: "has a status of four digits",
    talk: (c) => writeAll(c, "HTTP/1.1 2000 OK\r\n\r\n"),
    comesTo: "network",
  },
  { does: "has a status below 100", talk: (c) => writeAll(c, "HTTP/1.1 099 OK\r\n\r\n"), comesTo: "network" },
  {
    does: "has a status that nobody knows",
    talk: (c) => writeAll(c, "HTTP/1.1 799 Odd\r\ncontent-length: 0\r\n\r\n"),
    comesTo: "server-error",
  },
  {
    does: "says nothing but a status",
    talk: (c) => writeAll(c, "HTTP/1.1 200\r\n\r\n"),
    comesTo: "ok",
  },
  {
    does: "says 204 and a length",
    talk: (c) => writeAll(c, "HTTP/1.1 204 No\r\ncontent-length: 5\r\n\r\n"),
    comesTo: "ok",
  },
  {
    does: "says 204 and sends a body",
    talk: (c) => writeAll(c, "HTTP/1.1 204 No\r\n\r\n1"),
    comesTo: "ok",
  },
  {
    does: "says first that it goes on, then hints, then answers",
    talk: (c) =>
      writeAll(
        c,
        `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${HEAD}content-length: 1\r\n\r\n1`,
      ),
    comesTo: "ok",
  },
  {
    does: "sends each byte in a packet of its own",
    talk: async (c) => {
      for (const byte of `${HEAD}transfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n`) {
        await writeAll(c, byte);
      }
    },
    comesTo: "ok",
  },
  {
    does: "sends an empty line first",
    talk: (c) => writeAll(c, `\r\n${HEAD}content-length: 1\r\n\r\n1`),
    comesTo: "ok",
  },
  { does: "sends empty lines without end", talk: (c) => forEver(c, "\r\n".repeat(1000)), comesTo: "network" },
  { does: "sends zeros", talk: (c) => writeAll(c, new Uint8Array(100)), comesTo: "network" },
  {
    does: "sends a head of 60 KiB",
    talk: (c) => writeAll(c, `${HEAD}x: ${"y".repeat(60_000)}\r\ncontent-length: 1\r\n\r\n1`),
    comesTo: "ok",
  },
  {
    does: "explains its failure without end",
    talk: async (c) => {
      await writeAll(c, "HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n");
      await forEver(c, `1000\r\n${"1".repeat(4096)}\r\n`);
    },
    comesTo: "server-error",
    says: /^answered with status 500: 1{199}…$/,
  },
  {
    does: "explains its failure in chunks",
    talk: (c) =>
      writeAll(c, "HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n3\r\nno \r\n5\r\ndisk!\r\n0\r\n\r\n"),
    comesTo: "server-error",
    says: /^answered with status 500: no disk!$/,
  },
  {
    does: "begins to explain its failure, and says nothing more",
    talk: async (c) => {
      await writeAll(c, "HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nno disk");
      await untilGone(c);
    },
    comesTo: "server-error",
    says: /^answered with status 500: no disk$/,
  },
  {
    does: "explains its failure with a page",
    talk: (c) =>
      writeAll(c, "HTTP/1.1 502 Bad\r\n\r\n<!doctype html><html><title>Bad Gateway</title></html>"),
    comesTo: "server-error",
    says: /^answered with status 502: Bad Gateway$/,
  },
  {
    does: "breaks off while it explains its failure",
    talk: (c) => writeAll(c, "HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nhalf"),
    comesTo: "server-error",
    says: /^answered with status 500: half$/,
  },
  {
    does: "answers before it has heard all, and closes",
    talk: (c) => writeAll(c, "HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"),
    comesTo: "failed",
  },
  {
    does: "closes its side, and hears on",
    talk: async (c) => {
      await writeAll(c, `${HEAD}\r\n1`);
      await c.closeWrite();
      await untilGone(c);
    },
    comesTo: "ok",
  },
  {
    does: "redirects to itself for ever",
    talk: (c) => writeAll(c, "HTTP/1.1 307 Again\r\nlocation: /f\r\ncontent-length: 0\r\n\r\n"),
    comesTo: "failed",
  },
];

for (const { does, talk, comesTo, scheme = "http", says = /^[^\n]{3,300}$/ } of CASES) {
  Deno.test(`HttpPlatform.invoke() of a platform that ${does} comes to ${comesTo}`, async () => {
    let isGood = false;
    sent = 0;
    await using server = rawServer((connection) => {
      if (isGood) return writeAll(connection, `${HEAD}content-length: 1\r\nconnection: close\r\n\r\n1`);
      return talk(connection);
    });
    await using platform = new HttpPlatform({ clock: realClock, local: { resolve: () => "" } });
    const url = `${scheme}://127.0.0.1:${server.port}/f`;
    const timeout = comesTo === "timeout" ? "100ms" : "60s";
    const { outcome } = await platform.invoke(callOf({ url, timeout }), never);
    if (comesTo === "ok") assertEquals(outcome.kind, "ok");
    else {
      assert(outcome.kind === "failed", outcome.kind);
      const { cause, retryable, reason } = outcome;
      const isLarge = reason.startsWith("output-too-large: ");
      assertEquals(isLarge ? "too large" : cause ?? "failed", comesTo, reason);
      assertEquals(retryable, cause !== undefined);
      assert(says.test(reason), reason);
    }
    assert(sent < 32_000_000, `it took ${sent} bytes`);
    isGood = true;
    const again = await platform.invoke(callOf({ url: `http://127.0.0.1:${server.port}/f` }), never);
    assertEquals(again.outcome, { kind: "ok", output: writeJson(1) }, "the next call is not troubled");
  });
}

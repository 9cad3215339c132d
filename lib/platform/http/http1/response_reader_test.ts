import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ResponseReader } from "./response_reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** What a reader makes of a text that comes in pieces of so many bytes. */
async function read(text: string, size = text.length, maxBodyBytes = 100) {
  const reader = new ResponseReader(maxBodyBytes);
  for (let at = 0; at < text.length; at += size) {
    const response = reader.take(bytes(text.slice(at, at + size)));
    if (response !== undefined) {
      return {
        status: response.status,
        body: await response.text(),
        keepsOpen: reader.keepsOpen,
        rest: text.length - Math.min(text.length, at + size),
      };
    }
  }
  return { response: await reader.close()?.text() };
}

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
  "4;note=x\r\nwiki\r\n5\r\npedia\r\n0\r\nTrailer: t\r\n\r\n";
const ANSWERS: readonly [name: string, text: string, answer: Record<string, unknown>][] = [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", { status: 200, body: "hello" }],
  ["chunks and trailers", CHUNKED, { status: 200, body: "wikipedia" }],
  ["no body", "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n", { status: 204, body: "" }],
  ["no reason", "HTTP/1.1 429\r\nContent-Length: 0\r\n\r\n", { status: 429, body: "" }],
  [
    "an interim answer before it",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\ncontent-length: 2\r\n\r\nok",
    { status: 201, body: "ok" },
  ],
];

for (const [name, text, answer] of ANSWERS) {
  Deno.test(`ResponseReader reads an answer with ${name}, in whatever pieces`, async () => {
    for (const size of [1, 2, 3, 7, text.length]) {
      assertEquals(await read(text, size), { ...answer, keepsOpen: true, rest: 0 } as never, `by ${size}`);
    }
  });
}

Deno.test("ResponseReader takes the end of the connection for the end of a body without another", async () => {
  assertEquals(await read("HTTP/1.1 200 OK\r\n\r\nall of it", 4), { response: "all of it" });
  assertEquals(await read("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", 4), { response: undefined });
  assertEquals(await read("HTTP/1.1 200 OK\r\n", 4), { response: undefined });
});

Deno.test("ResponseReader tells whether the connection can be used again", async () => {
  const closing = await read("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  const old = await read("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n");
  const more = await read("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK");
  assertEquals([closing.keepsOpen, old.keepsOpen, more.keepsOpen], [false, false, false]);
});

for (const framing of ["content-length: 1000", "transfer-encoding: chunked"]) {
  Deno.test(`ResponseReader reads one byte more than it may, and no more: ${framing}`, async () => {
    const body = framing.startsWith("content") ? "x".repeat(1000) : `3e8\r\n${"x".repeat(1000)}\r\n0\r\n\r\n`;
    const answer = await read(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${body}`, 50);
    assertEquals([answer.body?.length, answer.keepsOpen], [101, false]);
  });
}

const BROKEN: readonly [text: string, words: string][] = [
  ["SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", 'it begins with "SSH-2.0'],
  ["HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", 'its length is "-1"'],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n", "a chunk does not say"],
  [`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${"1".repeat(5000)}`, "a chunk does not say"],
  [`HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`, "its head does not end"],
];

for (const [text, words] of BROKEN) {
  Deno.test(`ResponseReader refuses what is not HTTP: ${text.slice(0, 50).replaceAll("\r\n", " ")}`, () => {
    const error = assertThrows(() => new ResponseReader(100).take(bytes(text)), TypeError);
    assertStringIncludes(error.message, words);
  });
}

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ResponseReader } from "./response_reader.ts";

/** The bytes of a text whose characters are one byte each. */
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (body: Uint8Array) => String.fromCharCode(...body);

/** A reader that has read half of another answer before. */
function used(reader: ResponseReader): ResponseReader {
  reader.begin(() => 5);
  reader.take(bytes("HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf"));
  return reader;
}

/** An answer, and the part of the text that its reader has taken. */
interface Read {
  readonly status: number;
  readonly body: string;
  readonly isCut: boolean;
  readonly keepsOpen: boolean;
  readonly taken: number;
}

/** Reads a text that comes in pieces that end at these places, then the end of the connection. */
function readIn(text: string, ends: readonly number[], maxBytes = 100, isOfHead = false): Read | undefined {
  const reader = used(new ResponseReader());
  reader.begin(() => maxBytes, isOfHead);
  let at = 0;
  for (const end of [...ends, text.length]) {
    const piece = bytes(text.slice(at, end));
    const answer = reader.take(piece);
    piece.fill(0); // the buffer of a connection is used again
    at = Math.max(at, end);
    if (answer === undefined) continue;
    const { status, body, isCut } = answer;
    return { status, body: textOf(body), isCut, keepsOpen: reader.keepsOpen, taken: at };
  }
  const answer = reader.close();
  if (answer === undefined) return undefined;
  return { ...answer, body: textOf(answer.body), keepsOpen: reader.keepsOpen, taken: at };
}

const read = (text: string, size = text.length, maxBytes = 100, isOfHead = false) =>
  readIn(
    text,
    Array.from({ length: Math.floor((text.length - 1) / size) }, (_, i) => (i + 1) * size),
    maxBytes,
    isOfHead,
  );

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
  "4;note=x\r\nwiki\r\n5\r\npedia\r\n0\r\nTrailer: t\r\n\r\n";
const ANSWERS: readonly [name: string, text: string, answer: Partial<Read>][] = [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", { status: 200, body: "hello" }],
  ["chunks and trailers", CHUNKED, { status: 200, body: "wikipedia" }],
  ["no body", "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n", { status: 204, body: "" }],
  ["no body and no length", "HTTP/1.1 205 Reset Content\r\nServer: x\r\n\r\n", { status: 205, body: "" }],
  ["a 205 with a body", "HTTP/1.1 205 R\r\nContent-Length: 2\r\n\r\nhi", { status: 205, body: "hi" }],
  ["a length, but no body", "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", { status: 304, body: "" }],
  ["no reason", "HTTP/1.1 429\r\nContent-Length: 0\r\n\r\n", { status: 429, body: "" }],
  [
    "interim answers before it",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 201 Made\r\ncontent-length: 2\r\n\r\nok",
    { status: 201, body: "ok" },
  ],
  ["single line feeds", "HTTP/1.1 200 OK\ncontent-length: 2\n\nok", { status: 200, body: "ok" }],
  ["a folded header", "HTTP/1.1 200 OK\r\nx: a\r\n  b\r\ncontent-length: 2\r\n\r\nok", { body: "ok" }],
  ["the same length twice", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok", {
    body: "ok",
  }],
  ["an empty line before it", "\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", { body: "ok" }],
  [
    "HTTP/1.0 and a connection that stays",
    "HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 2\r\n\r\nok",
    { body: "ok" },
  ],
];

for (const [name, text, answer] of ANSWERS) {
  Deno.test(`ResponseReader reads an answer with ${name}, in pieces of any size`, () => {
    for (const size of [1, 2, 3, 7, text.length]) {
      const { status, ...found } = read(text, size)!;
      assertEquals(
        { status, ...found },
        { status, isCut: false, keepsOpen: true, taken: text.length, body: "", ...answer },
        `by ${size}`,
      );
    }
  });
}

Deno.test("ResponseReader takes the end of the connection for the end of a body without another", () => {
  assertEquals(read("HTTP/1.1 200 OK\r\n\r\nall of it", 4)?.body, "all of it");
  assertEquals(read("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", 4), undefined);
  assertEquals(read("HTTP/1.1 200 OK\r\n", 4), undefined);
});

Deno.test("ResponseReader reads no body of an answer to a HEAD request, whatever it announces", () => {
  for (const framing of ["content-length: 5", "transfer-encoding: chunked"]) {
    const answer = read(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`, 3, 100, true);
    assertEquals([answer?.body, answer?.keepsOpen], ["", true], framing);
  }
});

const LEAVING: readonly [name: string, text: string][] = [
  ["the server says so", "HTTP/1.1 200 OK\r\nconnection: x, close\r\ncontent-length: 0\r\n\r\n"],
  ["the server is old", "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n"],
  ["more has come than was announced", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK"],
  ["a body follows that may not be there", "HTTP/1.1 204 No\r\n\r\nbody"],
  ["a body is announced where there is none", "HTTP/1.1 204 No\r\ncontent-length: 4\r\n\r\n"],
  ["chunks are announced where there are none", "HTTP/1.1 204 No\r\ntransfer-encoding: chunked\r\n\r\n"],
  ["the protocol is another now", "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n"],
];

for (const [why, text] of LEAVING) {
  Deno.test(`ResponseReader does not let a connection be used again if ${why}`, () => {
    assertEquals(read(text)?.keepsOpen, false);
  });
}

for (const framing of ["content-length: 1000", "transfer-encoding: chunked", "server: x"]) {
  Deno.test(`ResponseReader keeps no more of a body than it may: ${framing}`, () => {
    const isChunked = framing.endsWith("chunked");
    const body = isChunked ? `3e8\r\n${"x".repeat(1000)}\r\n0\r\n\r\n` : "x".repeat(1000);
    const answer = read(`HTTP/1.1 500 No\r\n${framing}\r\n\r\n${body}`, 50)!;
    assertEquals([answer.body.length, answer.isCut, answer.keepsOpen], [100, true, false]);
    assert(answer.taken < 300, "it does not wait for the rest");
  });
}

Deno.test("ResponseReader does not wait for a body that announces to be longer than it may be", () => {
  const answer = read("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n");
  assertEquals([answer?.isCut, answer?.keepsOpen], [true, false]);
});

const BROKEN: readonly [text: string, words: string][] = [
  ["SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", 'it begins with "SSH-2.0'],
  ["HTTP/2 200\r\n\r\n", 'it begins with "HTTP/2 200"'],
  ["HTTP/1.1 20 OK\r\n\r\n", "it begins with"],
  ["HTTP/1.1 2000 OK\r\n\r\n", "it begins with"],
  ["HTTP/1.1 200 OK\r\nno colon\r\n\r\n", '"no colon" is not a header'],
  ["HTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\nhello", "is not a header"],
  ["HTTP/1.1 200 OK\r\n: 5\r\n\r\n", "is not a header"],
  ["HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", 'its content-length is "-1"'],
  ["HTTP/1.1 200 OK\r\ncontent-length: 0x5\r\n\r\n", "its content-length is"],
  ["HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n", "its content-length is"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12", "it has two lengths"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\n12", "it has two lengths"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", "both a content-length and"],
  ["HTTP/1.1 204 No\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", "both a content-length and"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n", "its transfer-encoding is"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n\r\n", "its transfer-encoding is"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n", "a chunk does not say"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-5\r\n", "a chunk does not say"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nokay\r\n", "longer than it says"],
  [`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${"1".repeat(5000)}`, "does not end"],
  [`HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`, "its head does not end"],
  [
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${"x: yyyyyyyyyy\r\n".repeat(6000)}`,
    "its trailers do not end",
  ],
];

for (const [text, words] of BROKEN) {
  Deno.test(`ResponseReader refuses what is not HTTP: ${JSON.stringify(text.slice(0, 80))}`, () => {
    const error = assertThrows(() => read(text, text.length < 200 ? 1 : 1000), TypeError);
    assertStringIncludes(error.message, words);
  });
}

/** An answer, as a server may send it, and the expected reading. */
const answers = fc.record({
  interim: fc.boolean(),
  status: fc.constantFrom(200, 201, 404, 429, 500, 503),
  headers: fc.array(fc.tuple(fc.constantFrom("x-a", "Date", "Server"), fc.stringMatching(/^[!-~]{0,20}$/))),
  framing: fc.constantFrom("length", "chunked", "close"),
  parts: fc.array(fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 }), { maxLength: 6 }),
  extension: fc.constantFrom("", ";a=b", " ; a"),
  trailers: fc.boolean(),
}).map(({ interim, status, headers, framing, parts, extension, trailers }) => {
  const body = parts.join("");
  const chunks = parts.map((part) => `${part.length.toString(16)}${extension}\r\n${part}\r\n`).join("") +
    `0\r\n${trailers ? "x-t: 1\r\n" : ""}\r\n`;
  const framed = framing === "length"
    ? [`Content-Length: ${body.length}`]
    : framing === "chunked"
    ? ["Transfer-Encoding: Chunked"]
    : [];
  const lines = [`HTTP/1.1 ${status} R`, ...headers.map(([name, value]) => `${name}: ${value}`), ...framed];
  const head = `${interim ? "HTTP/1.1 100 Continue\r\n\r\n" : ""}${lines.join("\r\n")}\r\n\r\n`;
  return { text: head + (framing === "chunked" ? chunks : body), status, body, framing };
});

const splits = fc.array(fc.nat({ max: 400 }), { maxLength: 20 }).map((ends) =>
  ends.toSorted((a, b) => a - b)
);

Deno.test("ResponseReader reads the same answer wherever its bytes are split", () => {
  fc.assert(fc.property(answers, splits, fc.integer({ min: 0, max: 300 }), (answer, ends, maxBytes) => {
    const { text, status, body, framing } = answer;
    const found = readIn(text, ends.filter((end) => end < text.length), maxBytes)!;
    const isCut = body.length > maxBytes;
    const isRefused = isCut && framing === "length" && status < 300; // it is not waited for at all
    assertEquals(found.status, status);
    assertEquals(found.isCut, isCut);
    if (!isRefused) assertEquals(found.body, body.slice(0, maxBytes));
    assertEquals(found.keepsOpen, !isCut && framing !== "close");
  }));
});

Deno.test("ResponseReader takes no beginning of an answer for all of it", () => {
  fc.assert(fc.property(answers, splits, fc.nat({ max: 400 }), ({ text, framing }, ends, length) => {
    fc.pre(length < text.length && framing !== "close");
    assertEquals(readIn(text.slice(0, length), ends.filter((end) => end < length), 1000), undefined);
  }));
});

Deno.test("ResponseReader comes to an answer, an error or the wish for more with any bytes, and keeps little of them", () => {
  const noise = fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 300 }),
    fc.tuple(answers, fc.nat({ max: 300 }), fc.string({ unit: "binary-ascii", maxLength: 4 })).map((
      [{ text }, at, change],
    ) => text.slice(0, at) + change + text.slice(at + change.length)),
  );
  fc.assert(fc.property(noise, splits, (text, ends) => {
    try {
      const found = readIn(text, ends.filter((end) => end < text.length), 50);
      assert(found === undefined || found.body.length <= 50);
    } catch (error) {
      assert(error instanceof TypeError, String(error));
    }
  }));
});

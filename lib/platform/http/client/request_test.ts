import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { DefaultHeaders, requestBytes } from "./request.ts";

const DEFAULTS = new DefaultHeaders({ host: "a.test", accept: "*/*" });

/** Short and long, of one byte a character and of more. */
const bodies = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.string({ minLength: 1000, maxLength: 3000 }),
);

Deno.test("requestBytes() says how long each body is, and leaves the requests before it as they were", () => {
  fc.assert(fc.property(fc.array(bodies, { maxLength: 60 }), (bodies) => {
    const all = bodies.map((body, i) =>
      requestBytes("/f", DEFAULTS, { method: "POST", headers: { "x-i": `${i}` }, body })
    );
    const utf8 = new TextEncoder(), text = new TextDecoder("utf-8", { ignoreBOM: true });
    assertEquals(
      all.map((bytes) => text.decode(bytes)),
      bodies.map((body, i) =>
        "POST /f HTTP/1.1\r\nhost: a.test\r\naccept: */*\r\n" +
        `x-i: ${i}\r\ncontent-length: ${utf8.encode(body).length}\r\n\r\n${body.toWellFormed()}`
      ),
    );
  }));
});

Deno.test("requestBytes() says each header once, and the request's own rather than a default", () => {
  const headers = { accept: "text/plain", name: "ü" };
  const bytes = requestBytes("/", DEFAULTS, { method: "GET", headers });
  const said = "GET / HTTP/1.1\r\nhost: a.test\r\naccept: text/plain\r\nname: ü\r\n\r\n";
  assertEquals(new TextDecoder().decode(bytes), said);
});

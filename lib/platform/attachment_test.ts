import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fn } from "../model/mod.ts";
import { functionsAt, isOnLoopback, parseAttachment } from "./attachment.ts";
import { PlatformError } from "./platform.ts";

Deno.test("parseAttachment() reads name, URL, limit and price", () => {
  const edge = parseAttachment("edge=http://127.0.0.1:7077,limit=200,price=1.5");
  assertEquals(edge, {
    name: "edge",
    url: new URL("http://127.0.0.1:7077"),
    limit: 200,
    price: 1.5,
    pricePerMs: 0,
  });
  const cloud = parseAttachment("my.cloud-1=https://example.net/fns?key=a=b");
  assertEquals([cloud.name, cloud.limit, cloud.price], ["my.cloud-1", Infinity, 0]);
  assertEquals(cloud.url.href, "https://example.net/fns?key=a=b");
});

Deno.test("parseAttachment() reads what a call and its run time cost", () => {
  const { price, pricePerMs } = parseAttachment("aws=lambda:us-east-1,price=2e-7,price-per-ms=0.0000000167");
  assertEquals([price, pricePerMs], [2e-7, 1.67e-8]);
});

Deno.test("parseAttachment() reads a region of AWS Lambda", () => {
  const aws = parseAttachment("aws=lambda:eu-central-1,limit=1000");
  assertEquals([aws.url.pathname, aws.limit, isOnLoopback(aws)], ["eu-central-1", 1000, false]);
});

Deno.test("parseAttachment() says what is wrong and what to write", () => {
  const table: [string, string][] = [
    ["http://127.0.0.1:7077", "no name"],
    ["=http://127.0.0.1:7077", "no name"],
    ["edge", "no name"],
    ["edge=", '"" is no http or https URL'],
    ["edge=ftp://127.0.0.1", "no http or https URL"],
    ["edge=127.0.0.1:7077", "no http or https URL"],
    ["aws=lambda:", "no lambda:REGION"],
    ["aws=lambda:evil.example", "no lambda:REGION"],
    ["aws=lambda:us-east-1:f", "no lambda:REGION"],
    ["edge=http://127.0.0.1:7077,limt=3", "did you mean limit=…?"],
    ["edge=http://127.0.0.1:7077,limit", '"limit" is none'],
    ["edge=http://127.0.0.1:7077,limit=0", "0"],
    ["edge=http://127.0.0.1:7077,price=-1", '"-1" as a price'],
    ["edge=http://127.0.0.1:7077,price=", '"" as a price'],
  ];
  for (const [text, why] of table) {
    const { code, message } = assertThrows(() => parseAttachment(text), PlatformError, why);
    assertEquals(code, "bad-platform");
    assertStringIncludes(message, `Cannot attach the platform "${text}": `);
    assertStringIncludes(message, "Write NAME=URL");
  }
});

Deno.test("functionsAt() finds functions below a path, or at a local platform", () => {
  const at = (url: string) => functionsAt(parseAttachment(`p=${url}`)).resolve(fn("a/b"));
  assertEquals(at("http://127.0.0.1:7077"), "http://127.0.0.1:7077/f/a%2Fb");
  assertEquals(at("https://example.net/api/v1"), "https://example.net/api/v1/a%2Fb");
  assertEquals(at("https://example.net/api/v1/"), "https://example.net/api/v1/a%2Fb");
});

Deno.test("isOnLoopback() is true of local platforms on loopback only", () => {
  const is = (url: string) => isOnLoopback(parseAttachment(`p=${url}`));
  assertEquals(["http://127.0.0.1:7077", "http://localhost:1", "http://[::1]:1/"].map(is), [
    true,
    true,
    true,
  ]);
  assertEquals(
    ["https://127.0.0.1:7077", "http://10.0.0.1:7077", "http://127.0.0.1:7077/fns"].map(is),
    [false, false, false],
  );
});

Deno.test("parseAttachment() shows no login of a platform that it refuses", () => {
  for (const text of ["a=http://me:top%secret@h:1", "a=ftp://me:secret@h", "a=http://me:secret@h,limt=1"]) {
    const { message } = assertThrows(() => parseAttachment(text), PlatformError);
    assertStringIncludes(message, "***@h");
    assertEquals(message.includes("secret"), false, message);
  }
  const gone = functionsAt(parseAttachment("a=http://me:secret@h:1/path")).words!(fn("f"));
  assertStringIncludes(gone, "http://***@h:1/path");
});

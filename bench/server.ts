// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** A server of functions that do nothing, but for waiting as many milliseconds as it is told; in a process of its own; prints its port. */
const [waitMs = 0] = Deno.args.map(Number);
const answer = JSON.stringify({ ok: true });
const headers = { "content-type": "application/json" };
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  if (new URL(request.url).pathname === "/v1/traces") { // it is a collector of traces, too
    await request.bytes();
    return new Response(null);
  }
  await request.json();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  return new Response(answer, { headers });
});
console.log(server.addr.port);

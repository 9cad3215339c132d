/**
 * Takes the manual's pictures of the live page, in two themes: serves a queue, runs a load of three chains whose functions take their
 * time and sometimes fail, and looks at the page after two minutes. Needs Chromium.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = new URL("../", import.meta.url);
const MAIN = fileURLToPath(new URL("cli/main.ts", ROOT));
const THEMES = ["light", "dark"] as const;
/** The time for which the load runs before the pictures, in milliseconds. */
const LOAD_MS = 120_000;
const SIZE = { width: 1440, height: 900 };

/** The usual run times of the functions, in milliseconds, and the part of their calls that fails. */
const FUNCTIONS: Readonly<Record<string, { readonly ms: number; readonly fails?: number }>> = {
  fetch: { ms: 120 },
  resize: { ms: 380 },
  extract: { ms: 260 },
  transform: { ms: 520, fails: 0.06 },
  load: { ms: 180, fails: 0.01 },
  compile: { ms: 900 },
  publish: { ms: 150, fails: 0.02 },
};

const workload = (url: string) => `
import { chain, fn, workload } from "sequoia";
const of = (name) => fn(name, { url: "${url}/" + name, attempts: 1 });
const images = chain("image-pipeline", ({ call }) => {
  const first = call(of("fetch")), resize = of("resize");
  for (const size of ["small", "medium", "large"]) call(resize, { after: first, name: "resize_" + size });
});
const etl = chain("etl", ({ call }) => {
  call(of("load"), { after: call(of("transform"), { after: call(of("extract")) }) });
});
const fan = chain("compile-fan", ({ call }) => {
  const compile = of("compile");
  const all = ["amd64", "arm64", "ppc64le"].map((arch) => call(compile, { name: "compile_" + arch }));
  call(of("publish"), { after: all });
});
export default workload({
  chains: [
    { chain: images, weight: 5, labels: { tenant: "acme" } },
    { chain: etl, weight: 4, labels: { tenant: "globex" } },
    { chain: fan, weight: 1, labels: { tenant: "initech" } },
  ],
});
`;

async function answer(request: Request): Promise<Response> {
  await request.body?.cancel();
  const { ms, fails = 0 } = FUNCTIONS[new URL(request.url).pathname.slice(1)]!;
  await sleep(ms * (0.5 + Math.random() + Math.random() ** 6 * 4));
  return Math.random() < fails
    ? new Response("the row cannot be parsed", { status: 500 })
    : Response.json({ rows: Math.ceil(200 * Math.random()) });
}

const cwd = await Deno.makeTempDir();
await using stack = new AsyncDisposableStack();
stack.defer(() => Deno.remove(cwd, { recursive: true }));
const functions = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
stack.defer(() => functions.shutdown());
await Deno.writeTextFile(`${cwd}/load.ts`, workload(`http://127.0.0.1:${functions.addr.port}`));

/** Starts the program; it ends with this one. */
function start(...args: string[]): Deno.ChildProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN, ...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  stack.defer(async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await child.status;
  });
  return child;
}

const { value } = await start("serve", "--listen", "127.0.0.1:0", "--json").stdout
  .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader().read();
const { url } = JSON.parse(value ?? "");
start("consume", "--policy", "fair-share", "--by", "tenant", "--limit", "32,fixed", "--out", "none");
start("consume", "--policy", "fair-share", "--by", "tenant", "--limit", "32,fixed", "--out", "none");
start("produce", "load.ts", "--poisson", "18.5", "--for", "10m", "--seed", "7", "--out", "none");

const { stdout } = await new Deno.Command("sh", { args: ["-c", "command -v chromium"] }).output();
const executablePath = new TextDecoder().decode(stdout).trim();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] }); // as root its sandbox does not start
stack.defer(() => browser.close());
const pages = await Promise.all(THEMES.map(async (colorScheme) => {
  const page = await browser.newPage({ viewport: SIZE, colorScheme });
  await page.goto(`${url}/`);
  return page;
}));
await sleep(LOAD_MS);
for (const [i, page] of pages.entries()) {
  await page.screenshot({ path: fileURLToPath(new URL(`docs/images/live-page-${THEMES[i]}.png`, ROOT)) });
}

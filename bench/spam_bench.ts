// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The punctuality of `sequoia spam`, in a process of its own against a server in another, beside vegeta's same load. */
import { startServer } from "./calls.ts";
import { type Figure, median } from "./figures.ts";

const [BATCH, BATCHES, RATE, SECONDS, ROUNDS] = [1000, 5, 2000, 5, 3];
const VEGETA = "github.com/tsenart/vegeta/v12@v12.13.0";

/** The part of spam's result that is looked at. */
interface Spammed {
  readonly calls: { readonly ok: number };
  readonly startsPerS: number;
  readonly latency_ms: { readonly p50: number; readonly p99: number };
  readonly start_error_ms: { readonly p99: number };
  readonly batch_spread_ms: { readonly p50: number; readonly max: number };
}

async function spam(...args: readonly string[]): Promise<Spammed> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli/main.ts", "spam", ...args, "--json", "--out", "none", "--max-late", "none"],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The report of vegeta, in nanoseconds. */
interface Attacked {
  readonly rate: number;
  readonly success: number;
  readonly latencies: { readonly "50th": number; readonly "99th": number };
}

/** Installs vegeta where Go's own commands are kept. @returns its path; undefined if it cannot be had */
async function vegeta(): Promise<string | undefined> {
  const folder = `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/sequoia-bench`;
  try {
    const { success, stderr } = await new Deno.Command("go", {
      args: ["install", VEGETA],
      env: { GOBIN: folder },
    }).output();
    if (success) return `${folder}/vegeta`;
    console.log(`  vegeta is left out: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}`);
  } catch {
    console.log("  vegeta is left out: Go, which builds it, is not there");
  }
  return undefined;
}

async function attack(command: string, url: string): Promise<Attacked> {
  const body = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(
      body,
      JSON.stringify({ id: "01JD0000000000000000000000/f", args: {}, inputs: {} }),
    );
    const child = new Deno.Command(command, {
      args: ["attack", `-rate=${RATE}`, `-duration=${SECONDS}s`, `-body=${body}`, "-http2=false"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const report = new Deno.Command(command, {
      args: ["report", "-type=json"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`POST ${url}\n`));
    await writer.close();
    await child.stdout.pipeTo(report.stdin);
    await child.status;
    return JSON.parse(new TextDecoder().decode((await report.output()).stdout));
  } finally {
    await Deno.remove(body);
  }
}

/** Measures batches and a constant rate. */
export async function spamBench(): Promise<Figure[]> {
  await using server = await startServer();
  const batches = await spam(
    server.url,
    ...["--batch", String(BATCH), "--every", "2s", "--batches", String(BATCHES), "--warm-up", String(BATCH)],
  );
  const rates: Spammed[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rates.push(await spam(server.url, "--rate", String(RATE), "--for", `${SECONDS}s`, "--warm-up", "3s"));
  }
  const middle = (of: (spammed: Spammed) => number) => median(rates.map(of));
  const figures: Figure[] = [
    {
      name: `${BATCH} calls of a batch: first to last byte sent`,
      value: batches.batch_spread_ms.p50,
      unit: "ms, median",
      atMost: 100,
    },
    { name: `the same, worst of ${BATCHES} batches`, value: batches.batch_spread_ms.max, unit: "ms" },
    {
      name: `${RATE} calls a second: off by`,
      value: middle(({ startsPerS }) => Math.abs(startsPerS / RATE - 1) * 100),
      unit: "%",
      atMost: 1,
    },
    {
      name: "start-time error, p99",
      value: middle(({ start_error_ms }) => start_error_ms.p99),
      unit: "ms",
      atMost: 5,
    },
    {
      name: "latency from the intended start, p99",
      value: middle(({ latency_ms }) => latency_ms.p99),
      unit: "ms",
    },
  ];
  const command = await vegeta();
  if (command === undefined) return figures;
  const { rate: held, latencies } = await attack(command, server.url);
  return [
    ...figures,
    { name: `vegeta, ${RATE} calls a second: off by`, value: Math.abs(held / RATE - 1) * 100, unit: "%" },
    { name: "vegeta, latency from the actual start, p99", value: latencies["99th"] / 1e6, unit: "ms" },
    {
      name: "spam ÷ vegeta, median latency",
      value: middle(({ latency_ms }) => latency_ms.p50) / (latencies["50th"] / 1e6),
      unit: "",
    },
  ];
}

if (import.meta.main) { for (const { name, value } of await spamBench()) console.log(name, value); }

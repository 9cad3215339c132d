// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The costs of a report on a log of a million events, in the terminal and as a page, and of the page in a browser. */
import { join } from "node:path";
import { openRunLog } from "../lib/record/mod.ts";
import { type Figure, median } from "./figures.ts";
import { Fans, RUN } from "./report_bench.ts";

/** An instance of the fans is 10 events: its submission, 8 calls and its end. */
const INSTANCES = 100_000;
const FRAMES = 60;
/** The time between two looks at the memory of a program, in milliseconds. */
const LOOK_MS = 50;

/** Runs a report in a process. @returns its time in seconds and the most memory it had at any look, in MB */
async function report(...args: readonly string[]): Promise<{ readonly s: number; readonly mb: number }> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "cli/main.ts", "report", ...args],
    stdout: "null",
    stderr: "null",
  }).spawn();
  let mb = 0, isOver = false;
  const ended = child.status.then(() => isOver = true);
  while (!isOver) {
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`).catch(() => "");
    mb = Math.max(mb, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
    await Promise.race([ended, new Promise((done) => setTimeout(done, LOOK_MS))]);
  }
  return { s: (performance.now() - start) / 1000, mb };
}

/** The page in a browser, if there is one: its first paint, and a frame of zooming. */
async function inBrowser(path: string): Promise<Figure[]> {
  const executablePath = "/usr/bin/chromium";
  if (!await Deno.stat(executablePath).then(() => true, () => false)) return [];
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`file://${path}`);
    await page.waitForSelector("[data-ready]");
    const paintMs = await page.evaluate<number>("performance.getEntriesByType('paint')[0].startTime");
    await page.locator("[data-chart=running] .u-over").scrollIntoViewIfNeeded();
    const frames = await page.evaluate<number[]>(`new Promise((done) => {
      const chart = document.querySelector("[data-chart=running] .u-over"), times = [];
      let last = performance.now();
      const frame = () => {
        const now = performance.now(), deltaY = times.length < ${FRAMES / 2} ? -30 : 30;
        times.push(now - last);
        last = now;
        if (times.length > ${FRAMES}) return done(times);
        chart.dispatchEvent(new WheelEvent("wheel", { deltaY, ctrlKey: true, cancelable: true }));
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    })`);
    return [
      { name: "first paint of the page", value: paintMs, unit: "ms", atMost: 2000 },
      {
        name: "frames while the page is zoomed",
        value: 1000 / median(frames),
        unit: "frames/s",
        atLeast: 30,
      },
    ];
  } finally {
    await browser.close();
  }
}

/** Measures reports on a million events, as programs. */
export async function pageBench(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir();
  try {
    const log = join(folder, "run.json"), page = join(folder, "report.html");
    await using writer = await openRunLog(log, RUN);
    const fans = new Fans({ recorder: writer, started() {} }, 7);
    for (let told = 0; told < INSTANCES; told += 1000) {
      fans.tell(1000);
      await writer.flush();
    }
    await writer.close();
    const terminal = await report(log), html = await report(log, "--html", page);
    const { size } = await Deno.stat(page);
    return [
      { name: "report on a million events", value: terminal.s, unit: "s", atMost: 6 },
      { name: "its memory", value: terminal.mb, unit: "MB", atMost: 400 },
      { name: "the same with its page", value: html.s, unit: "s", atMost: 10 },
      { name: "its memory, with the page", value: html.mb, unit: "MB", atMost: 400 },
      { name: "the page", value: size / 1e6, unit: "MB", atMost: 3 },
      ...await inBrowser(page),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  for (const { name, value, unit } of await pageBench()) console.log(name.padEnd(40), value.toFixed(2), unit);
}

/** A browser without a window, for tests of pages: Chromium, as the system has it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core/script" with { type: "text" };
import { chromium, type Page } from "playwright-core";
import script from "./in_page.js" with { type: "text" };
import { testWith } from "../requirements.ts";

const SHOTS = fileURLToPath(new URL("../../dist/shots/", import.meta.url));
const PROGRAM = "chromium";
/** The time after which a browser does not answer, however busy the machine is, in milliseconds. */
const PATIENCE_MS = 180_000;

/** The window and the theme that a page is shown in. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
}

/** A page from a file, and what it has done that it should not. */
export interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** The value of an expression of `in_page.js`. */
  ask<T>(expression: string): Promise<T>;
  /** Messages on its console, errors and requests but the one for itself. */
  readonly complaints: readonly string[];
  /** Keeps a picture of it, for people, in dist/shots: of all of it, or of the window. */
  shoot(name: string, fullPage?: boolean): Promise<void>;
}

/** Registers a test that needs the browser. */
export function testInBrowser(name: string, fn: () => Promise<void>): Promise<void> {
  return testWith(PROGRAM, name, fn);
}

/** Opens a page from disk, and waits until it has drawn its charts. */
export async function open(html: string, look: Look = {}): Promise<Opened> {
  const folder = await Deno.makeTempDir(), path = join(folder, "report.html");
  await Deno.writeTextFile(path, html);
  const address = `file://${path}`;
  const opened = await visit(address, look, (url) => url === address);
  const close = opened[Symbol.asyncDispose];
  return Object.assign(opened, {
    async [Symbol.asyncDispose]() {
      await close();
      await Deno.remove(folder, { recursive: true });
    },
  });
}

/**
 * Opens a page, and waits until it has drawn its charts.
 *
 * @param isOwn whether the page may ask for an address; all others are complaints (Default: those of its own origin)
 */
export async function visit(
  address: string,
  { width = 1280, height = 900, colorScheme = "light" }: Look = {},
  isOwn = (url: string) => new URL(url).origin === new URL(address).origin,
): Promise<Opened> {
  // as root, Chromium's sandbox does not start
  const browser = await chromium.launch({
    executablePath: await pathOf(PROGRAM),
    args: ["--no-sandbox"],
    timeout: PATIENCE_MS,
  });
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => isOwn(request.url()) || complaints.push(`request: ${request.url()}`));
  await page.addInitScript({ content: script });
  await page.goto(address);
  await page.waitForSelector("[data-ready], dialog[open], .fault:not([hidden])");
  return {
    page,
    complaints,
    ask: (expression) => page.evaluate(`inPage.${expression}`),
    async shoot(name, fullPage = true) {
      await Deno.mkdir(SHOTS, { recursive: true });
      await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage });
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}

/** The faults that axe finds in a page, each with the first places. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<
    { violations: { id: string; nodes: { target: string[] }[] }[] }
  >("axe.run()");
  return violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 3).join(", ")}`
  );
}

async function pathOf(program: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] }).output();
  return new TextDecoder().decode(stdout).trim();
}

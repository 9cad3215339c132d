import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";

const SPINNER = new URL("./unstable_spinner.ts", import.meta.url).href;
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs a program that spins, as a spinner writes to stdout or stderr. */
async function spin(body: string): Promise<{ stdout: string; stderr: string }> {
  const code = `import { Spinner } from "${SPINNER}"; ${body}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", code],
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  return { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("Spinner shows its frames and its message in turn, and takes them away", async () => {
  const { stdout } = await spin(`
    const spinner = new Spinner({ message: "one", spinner: ["/", "-"], interval: 5 });
    spinner.start();
    setTimeout(() => spinner.message = "two", 40);
    setTimeout(() => spinner.stop(), 120);`);
  for (const part of ["/\x1b[0m one", "-\x1b[0m one", "/\x1b[0m two"]) assertStringIncludes(stdout, part);
  assertEquals(stdout.endsWith("\r\x1b[K"), true);
});

Deno.test("Spinner writes where it is told, in a colour", async () => {
  const { stdout, stderr } = await spin(`
    const spinner = new Spinner({ message: "m", interval: 5, color: "cyan", output: Deno.stderr });
    spinner.start();
    setTimeout(() => spinner.stop(), 60);`);
  assertEquals(stdout, "");
  assertStringIncludes(stderr, "\x1b[36m⠋\x1b[0m m");
});

Deno.test("Spinner may be started and stopped twice", async () => {
  const { stderr } = await spin(`
    const spinner = new Spinner({ interval: 5 });
    spinner.start(); spinner.start(); spinner.stop(); spinner.stop();`);
  assertEquals(stderr, "");
});

import { assertEquals } from "@std/assert";
import { Spinner, type SpinnerOptions } from "@std/cli/unstable-spinner";

const LINE_CLEAR = "\r\x1b[K";

/** In place of stdout. */
class Output {
  readonly writable = { locked: false };
  text = "";
  writeSync(bytes: Uint8Array): number {
    this.text += new TextDecoder().decode(bytes);
    return bytes.length;
  }
}

function spinner(options: SpinnerOptions = {}): { spinner: Spinner; output: Output } {
  const output = new Output();
  return { spinner: new Spinner({ ...options, output: output as unknown as typeof Deno.stdout }), output };
}

/** A frame as it is written. */
function frame(sign: string, message: string, color = ""): string {
  return `${LINE_CLEAR}${Deno.noColor ? sign : `${color}${sign}\x1b[0m`} ${message}`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("Spinner shows its first frame at once, and takes it away", () => {
  const { spinner: it, output } = spinner({ message: "Loading..." });
  it.start();
  assertEquals(output.text, frame("⠋", "Loading..."));
  it.stop();
  assertEquals(output.text, frame("⠋", "Loading...") + LINE_CLEAR);
});

Deno.test("Spinner shows its frames in turn, round and round", async () => {
  const { spinner: it, output } = spinner({ spinner: ["/", "-"], message: "m", interval: 5 });
  it.start();
  await sleep(40);
  it.stop();
  const round = frame("/", "m") + frame("-", "m");
  assertEquals(output.text.startsWith(round + frame("/", "m")), true, output.text);
});

Deno.test("Spinner shows another message from the next frame on", async () => {
  const { spinner: it, output } = spinner({ spinner: ["*"], message: "one", interval: 5 });
  it.start();
  it.message = "two";
  assertEquals([output.text, it.message], [frame("*", "one"), "two"]);
  await sleep(20);
  it.stop();
  assertEquals(output.text.startsWith(frame("*", "one") + frame("*", "two")), true, output.text);
});

Deno.test("Spinner has the colour it is given, now or later", { ignore: Deno.noColor }, async () => {
  const { spinner: it, output } = spinner({ spinner: ["*"], message: "m", interval: 5, color: "cyan" });
  it.start();
  it.color = "red";
  await sleep(20);
  it.color = undefined;
  output.text += "|";
  await sleep(20);
  it.stop();
  const [before = "", after = ""] = output.text.split("|");
  assertEquals(before.startsWith(frame("*", "m", "\x1b[36m") + frame("*", "m", "\x1b[31m")), true, before);
  assertEquals(after.startsWith(frame("*", "m")), true, after);
});

Deno.test("Spinner has the code of its colour", () => {
  const { spinner: it } = spinner({ color: "gray" });
  assertEquals(it.color, "\x1b[90m");
  assertEquals(spinner().spinner.color, undefined);
});

Deno.test("Spinner may be started and stopped twice", () => {
  const { spinner: it, output } = spinner({ spinner: ["*"] });
  it.stop();
  it.start();
  it.start();
  it.stop();
  it.stop();
  const shown = frame("*", "") + LINE_CLEAR;
  assertEquals(output.text, shown);
  it.start();
  it.stop();
  assertEquals(output.text, shown + shown);
});

Deno.test("Spinner does not write to a stream that somebody else has", () => {
  const { spinner: it, output } = spinner();
  output.writable.locked = true;
  it.start();
  it.stop();
  assertEquals(output.text, "");
});

/**
 * The commands of the manual do what it says: each block of shell commands runs, in a folder that holds nothing but the example
 * workloads, in the order of its page. A block may say that it is not run, and why (see `tests/manual/pages.ts`).
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { type CommandBlock, commandBlocks, readPages } from "../manual/pages.ts";
import { freeAddress, PROGRAM, ROOT } from "./sequoia.ts";

/** Addresses that the manual names; tests side by side have others. */
const ADDRESSES = /127\.0\.0\.1:70(?:70|77)|(?<=--collect )10000/g;

/** The folder of a page, with what its commands find there. */
class Folder implements AsyncDisposable {
  readonly #local = freeAddress();
  readonly #front = freeAddress();
  readonly #collector = new URL(`tcp://${freeAddress()}`).port;

  private constructor(readonly path: string) {}

  static async make(): Promise<Folder> {
    const folder = new Folder(await Deno.makeTempDir());
    for (const name of ["bin", "home", "work", "work/workloads"]) await Deno.mkdir(join(folder.path, name));
    for await (const { name } of Deno.readDir(join(ROOT, "workloads"))) {
      await Deno.copyFile(join(ROOT, "workloads", name), join(folder.path, "work/workloads", name));
    }
    await Deno.writeTextFile(
      join(folder.path, "bin/sequoia"),
      `#!/bin/sh\nexec ${PROGRAM.map((word) => `'${word}'`).join(" ")} "$@"\n`,
      { mode: 0o755 },
    );
    return folder;
  }

  /** Starts a block; it ends with the first of its commands that fails. */
  start({ commands }: CommandBlock): Deno.ChildProcess {
    const own: Record<string, string> = { "10000": this.#collector, "127.0.0.1:7070": this.#front };
    const text = commands.replaceAll(ADDRESSES, (found) => own[found] ?? this.#local);
    return new Deno.Command("bash", {
      args: ["-euo", "pipefail", "-c", text],
      cwd: join(this.path, "work"),
      env: {
        DENO_DIR: Deno.env.get("DENO_DIR") ?? defaultCache(),
        HOME: join(this.path, "home"),
        NO_COLOR: "1",
        PATH: `${join(this.path, "bin")}:${Deno.env.get("PATH")}`,
        SEQUOIA_LOCAL: this.#local,
        SEQUOIA_MAX_LATE: "none", // a busy machine is no fault
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Where Deno keeps what it has compiled, whatever HOME a child is given. */
function defaultCache(): string {
  return Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno");
}

/** A block that runs until it is told to end; it is ready when it has said its first word. */
async function started(folder: Folder, block: CommandBlock): Promise<AsyncDisposable> {
  const child = folder.start({ ...block, commands: `exec ${block.commands.trim()}` });
  const said = child.stderr.getReader();
  const { value } = await said.read();
  const rest = (async () => {
    while (!(await said.read()).done);
  })();
  assert(value !== undefined, `${block.page}:${block.line} has ended without a word`);
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      const [{ code }] = await Promise.all([child.status, rest, child.stdout.cancel()]);
      assertEquals(code, 0, `${block.page}:${block.line} ended with ${code}`);
    },
  };
}

async function runBlock(folder: Folder, block: CommandBlock): Promise<void> {
  const { code, stdout, stderr } = await folder.start(block).output();
  const words = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  assertEquals(code, 0, `${block.page}:${block.line} ended with ${code}:\n${words}`);
}

for (const page of await readPages()) {
  const blocks = commandBlocks(page).filter(({ skip }) => skip === undefined);
  if (blocks.length === 0) continue;
  Deno.test(`the commands of ${page.path} run`, async () => {
    await using folder = await Folder.make();
    await using running = new AsyncDisposableStack();
    for (const block of blocks) {
      if (block.isBackground) running.use(await started(folder, block));
      else await runBlock(folder, block);
    }
  });
}

Deno.test("the README's chain of own functions runs by the README's commands", async () => {
  const [, section = ""] = /^## Use it with your own functions$([^]*?)^## /m.exec(await readme()) ?? [];
  const [, module = ""] = /^```ts\n([^]*?)^```/m.exec(section) ?? [];
  const called: unknown[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { args } = await request.json();
    called.push([new URL(request.url).pathname, args]);
    return Response.json({ url: `small ${args.image}` });
  });
  await using folder = await Folder.make();
  const hosts = module.replaceAll("https://functions.example.com", `http://127.0.0.1:${server.addr.port}`);
  assert(hosts !== module);
  await Deno.writeTextFile(join(folder.path, "work/thumbnail.ts"), hosts);
  const [block] = commandBlocks({ path: "README.md", text: section });
  await runBlock(folder, { ...block!, commands: `${block!.commands}kill $!; wait $!` });
  assertEquals(called, [
    ["/resize", { image: "cat.png", width: 200 }],
    ["/notify", { image: "small cat.png" }],
  ]);
});

async function readme(): Promise<string> {
  return (await readPages()).find(({ path }) => path === "README.md")!.text;
}

import { assertEquals } from "@std/assert";
import { linuxProcesses } from "./processes.ts";

Deno.test({
  name: "linuxProcesses() knows a process that has ended from one that runs, or is stopped",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { isGone } = linuxProcesses()!;
    const child = new Deno.Command("sleep", { args: ["600"] }).spawn();
    const seen = [isGone(Deno.pid), isGone(child.pid)];
    child.kill("SIGSTOP");
    seen.push(isGone(child.pid));
    child.kill("SIGKILL");
    await child.status;
    seen.push(isGone(child.pid));
    assertEquals(seen, [false, false, false, true]);
  },
});

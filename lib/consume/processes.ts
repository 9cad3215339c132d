/** Knows which processes of this machine have ended. */
export interface Processes {
  /** Tells from where ids of processes mean the same and all can be seen, as containers have ids of their own. */
  readonly space: string;
  /** Whether a process of the same space has certainly ended. */
  isGone(pid: number): boolean;
}

/** The processes that Linux shows this one; undefined on other systems. Reads `/proc`. */
export function linuxProcesses(): Processes | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    // A user may be shown no processes of others.
    const space = `${Deno.readLinkSync("/proc/self/ns/pid")} ${Deno.uid()}`;
    return { space, isGone };
  } catch {
    return undefined; // no /proc, or no right to read it: it takes longer to notice that one has died
  }
}

function isGone(pid: number): boolean {
  try {
    return isDead(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** Whether a process has ended that nobody has asked for its exit code yet. @param stat the line of `/proc/PID/stat` */
function isDead(stat: string): boolean {
  const [state] = stat.slice(stat.lastIndexOf(")") + 1).trim().split(" ");
  return state === "Z" || state === "X";
}

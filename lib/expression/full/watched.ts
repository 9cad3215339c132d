/** Places in the Int32Array that an evaluator and the thread that watches it share. */
export const BEGUN = 0, CPU_MS = 1, PLACES = 2;

/** Most memory of the process, in bytes. About 90 MB are Deno's own. */
export const MOST_RSS = 512 * 2 ** 20;

/** The signals that end a process for the time or memory that it uses. */
export const SIGNALS = { time: "SIGXCPU", memory: "SIGUSR2" } as const;

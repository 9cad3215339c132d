/** What an evaluator and the thread that watches it share: places in an Int32Array. */
export const BEGUN = 0, CPU_MS = 1, PLACES = 2;

/** Most memory of the process, in bytes. About 90 MB are Deno's own. */
export const MOST_RSS = 512 * 2 ** 20;

/** How a process ends that is ended for what it uses. */
export const SIGNALS = { time: "SIGXCPU", memory: "SIGUSR2" } as const;

import type { Logger } from "./logger.ts";

/** The loggers by name, as they were set up or asked for. */
export const loggers: Map<string, Logger> = new Map();

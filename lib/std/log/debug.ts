import { getLogger } from "./get_logger.ts";
import type { GenericFunction } from "./logger.ts";
import "./setup.ts";

/** Logs a message of level DEBUG with the default logger; a function is only called if that is logged. */
export function debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
export function debug<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
export function debug<T>(
  msg: (T extends GenericFunction ? never : T) | (() => T),
  ...args: unknown[]
): T | undefined {
  // each form has its own overload
  return msg instanceof Function ? getLogger().debug(msg, ...args) : getLogger().debug(msg, ...args);
}

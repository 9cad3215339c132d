import { getLogger } from "./get_logger.ts";
import type { GenericFunction } from "./logger.ts";
import "./setup.ts";

/** Logs a message of level INFO with the default logger; a function is only called if that is logged. */
export function info<T>(msg: () => T, ...args: unknown[]): T | undefined;
export function info<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
export function info<T>(
  msg: (T extends GenericFunction ? never : T) | (() => T),
  ...args: unknown[]
): T | undefined {
  // each form has its own overload
  return msg instanceof Function ? getLogger().info(msg, ...args) : getLogger().info(msg, ...args);
}

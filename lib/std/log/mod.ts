/** A stand-in for `jsr:@std/log` 0.224: the same names, types and behaviour for what the project uses. */
export * from "./base_handler.ts";
export * from "./console_handler.ts";
export * from "./critical.ts";
export * from "./debug.ts";
export * from "./error.ts";
export * from "./formatters.ts";
export * from "./get_logger.ts";
export * from "./info.ts";
export * from "./levels.ts";
export * from "./logger.ts";
export * from "./setup.ts";
export * from "./warn.ts";

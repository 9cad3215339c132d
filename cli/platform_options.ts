import { parseAddress } from "../lib/platform/mod.ts";
import { one, text } from "./options.ts";

/** Reads `host:port`. */
export function address(text: string): string {
  parseAddress(text);
  return text;
}

/** The options that say where functions without a URL run. */
export const PLATFORM_OPTIONS = {
  profile: one(
    "PROFILE",
    "how the local platform behaves, if it is started here: a name or a file, and parameters " +
      "(see functions --help; default ideal)",
    text,
  ),
  local: one("ADDRESS", "where the local platform is (default 127.0.0.1:7077)", address),
} as const;

import type { PlatformSetup } from "../kind.ts";
import { IdTokens } from "./id_tokens.ts";
import { tokenFromKeyFile } from "./key_file.ts";
import { tokenFromMetadata } from "./metadata_server.ts";

/**
 * Opens ID tokens from where Google's libraries look for them: by the key file that GOOGLE_APPLICATION_CREDENTIALS names, or
 * from the metadata server.
 *
 * It is our own, as google-auth-library has 23 packages of 12 MB, takes 170 ms to load (more than all of a command's start),
 * and has neither one request for all that wait nor a clock that a test can set.
 */
export function openIdTokens(setup: Pick<PlatformSetup, "clock" | "variable" | "readFile">): IdTokens {
  const { clock, variable } = setup;
  return new IdTokens({
    clock,
    fetch: (audience, signal) => {
      const path = variable("GOOGLE_APPLICATION_CREDENTIALS") || undefined;
      return path === undefined
        ? tokenFromMetadata(audience, setup, signal)
        : tokenFromKeyFile(path, audience, setup, signal);
    },
  });
}

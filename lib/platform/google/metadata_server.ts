import type { PlatformSetup } from "../kind.ts";
import { type IdToken, readIdToken } from "./id_token.ts";
import { askForToken, refusalIn, type TokenAnswer } from "./token_request.ts";
import { IdTokenError } from "./token_error.ts";

/** The name by which machines and functions on Google Cloud find their metadata server. */
const HOST = "metadata.google.internal";
const PATH = "/computeMetadata/v1/instance/service-accounts/default/identity";

/**
 * Asks the metadata server for an ID token of the service account that this program runs as. It is at GCE_METADATA_HOST where
 * that is set, as for Google's own libraries. No proxy is asked for it.
 *
 * @throws {IdTokenError} if there is none
 */
export async function tokenFromMetadata(
  audience: string,
  { clock, variable }: Pick<PlatformSetup, "clock" | "variable">,
  signal: AbortSignal,
): Promise<IdToken> {
  const host = (variable("GCE_METADATA_HOST") || HOST).replace(/^http:\/\/|\/$/g, "");
  const query = new URLSearchParams({ audience, format: "full" });
  let answer: TokenAnswer;
  try {
    answer = await askForToken(`http://${host}${PATH}?${query}`, {
      headers: { "metadata-flavor": "Google" },
    }, signal);
  } catch (cause) {
    throw new IdTokenError(
      `the metadata server ${host} does not answer: ${
        (cause as Error).message
      }. Run this on Google Cloud, or set ` +
        "GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account",
      { cause },
    );
  }
  const token = answer.status === 200
    ? readIdToken(answer.text.trim(), answer.dateMs || clock.wallMs())
    : undefined;
  if (token !== undefined) return token;
  const why = answer.status === 200 ? "its answer is no ID token" : refusalIn(answer);
  throw new IdTokenError(
    `the metadata server ${host} gives none: ${why}. Give this machine a service account that may call the function`,
  );
}

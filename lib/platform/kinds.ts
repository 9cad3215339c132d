/** The kinds of platforms with URLs of a scheme of their own. All others are called at http and https URLs. */
import type { PlatformKind } from "./kind.ts";
import { LAMBDA } from "./lambda/kind.ts";
import { OPENWHISK } from "./openwhisk/kind.ts";

/** The kinds, in the order in which messages name them. */
export const PLATFORM_KINDS: readonly PlatformKind[] = [LAMBDA, OPENWHISK];

/** The kind of a URL, or of a scheme with its colon; undefined: it is called by http. */
export function platformKindOf(url: string): PlatformKind | undefined {
  return PLATFORM_KINDS.find(({ scheme }) => url.startsWith(`${scheme}:`));
}

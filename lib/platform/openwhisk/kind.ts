import { parseOpenWhiskUrl } from "../../model/mod.ts";
import type { PlatformKind } from "../kind.ts";

/** OpenWhisk by its own API: `openwhisk://HOST/NAMESPACE/[PACKAGE/]ACTION`; attached, all actions of a namespace or package. */
export const OPENWHISK: PlatformKind = {
  scheme: "openwhisk",
  place: "openwhisk://HOST/NAMESPACE",
  isPlace: ({ href }) => !href.endsWith("/") && parseOpenWhiskUrl(`${href}/a`) !== undefined,
  async open(setup, attached) {
    const [{ OpenWhiskPlatform }, { readKey }] = await Promise.all([
      import("./openwhisk.ts"),
      import("./key.ts"),
    ]);
    return new OpenWhiskPlatform(setup, await readKey(setup), attached);
  },
};

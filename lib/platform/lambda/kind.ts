import { loginFault, parseLambdaUrl } from "../../model/mod.ts";
import type { PlatformKind, PlatformSetup } from "../kind.ts";
import { PlatformError } from "../platform.ts";

/** AWS Lambda: `lambda:REGION:NAME[:QUALIFIER]`; attached, all functions of a region. */
export const LAMBDA: PlatformKind = {
  scheme: "lambda",
  place: "lambda:REGION",
  isPlace: ({ href, pathname }) => parseLambdaUrl(`${href}:f`)?.region === pathname,
  async open(setup, attached) {
    const [{ LambdaPlatform }, { Credentials }] = await Promise.all([
      import("./lambda.ts"), // with what signs requests
      import("./credentials.ts"),
    ]);
    const credentials = new Credentials(setup);
    const place = attached && { name: attached.name, region: attached.url.pathname };
    if (place !== undefined) await credentials.get();
    return new LambdaPlatform({ ...setup, credentials, ...endpointOf(setup), ...place });
  },
};

/**
 * Where the environment says that Lambda's API is, as AWS's tools have it.
 *
 * @throws {PlatformError} if it cannot be used as an address
 */
function endpointOf({ variable }: PlatformSetup): { endpoint?: string } {
  const name = ["AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"].find((name) => variable(name) !== undefined);
  if (name === undefined) return {};
  const endpoint = variable(name)!, url = URL.parse(endpoint);
  const isWeb = url !== null && /^https?:$/.test(url.protocol);
  const fault = isWeb ? loginFault(url) : "it is no http or https URL. Write http://HOST:PORT";
  if (fault === undefined) return { endpoint };
  throw new PlatformError("bad-address", `${name}: Cannot use it as the address of AWS Lambda: ${fault}`);
}

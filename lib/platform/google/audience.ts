/**
 * The audience that a private function of Google at a URL expects in ID tokens: of Cloud Run the URL of the service, without
 * any path; of Cloud Functions at `cloudfunctions.net` that of the function, whose name is the first part of the path. Sources:
 * cloud.google.com/run/docs/authenticating/service-to-service, cloud.google.com/functions/docs/securing/authenticating.
 */
export function audienceOf(url: string): string {
  const { origin, hostname, pathname } = new URL(url);
  if (!hostname.endsWith(".cloudfunctions.net")) return origin;
  const [, name = ""] = pathname.split("/");
  return name === "" ? origin : `${origin}/${name}`;
}

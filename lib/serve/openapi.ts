import type { AppParts, ServeApp } from "./parts.ts";
import { SECURITY } from "./routes/route.ts";

/** Answers with the OpenAPI document, made of the schemas that check requests. */
export function openApiRoutes(app: ServeApp, { version, keys }: Pick<AppParts, "version" | "keys">): void {
  app.openAPIRegistry.registerComponent("securitySchemes", SECURITY, {
    type: "http",
    scheme: "bearer",
    description: "A key of the server's --keys file. Without --keys none is needed.",
  });
  let text: string | undefined;
  app.get("/v1/openapi.json", () => {
    text ??= JSON.stringify(openApiDocument(app, version, keys !== undefined));
    return new Response(text, { headers: { "content-type": "application/json" } });
  });
}

/** The OpenAPI document of an app. */
function openApiDocument(app: ServeApp, version: string, needsKeys: boolean): object {
  return whole(app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Sequoia",
      version,
      description: "Submits instances of chains to a queue, looks at them, and steers those who run them. " +
        (needsKeys ? "Callers need a key." : "Callers need no key."),
      license: { name: "MIT" },
    },
  }));
}

/** A part of a document, with the words of JSON Schema that the types of its generator do not know: under `x-also`. */
function whole<T>(part: T): T {
  if (Array.isArray(part)) return part.map(whole) as T;
  if (typeof part !== "object" || part === null) return part;
  const { "x-also": also, ...rest } = part as Record<string, unknown>;
  const parts = Object.entries({ ...rest, ...also as object | undefined }).map((
    [name, value],
  ) => [name, whole(value)]);
  return Object.fromEntries(parts) as T;
}

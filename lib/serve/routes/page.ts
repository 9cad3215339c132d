import type { RouteGroup } from "../parts.ts";
import { type LivePage, livePage } from "../page/page.ts";

/** The page, written once for all who look at it. */
let written: LivePage | undefined;

/** The page that shows the queue live, at `/`. It holds no data, so it needs no key; what it asks for may. */
export const pageRoutes: RouteGroup = (app) => {
  app.get("/", (c) => {
    const { html, policy } = written ??= livePage();
    return c.body(html, 200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
    });
  });
};

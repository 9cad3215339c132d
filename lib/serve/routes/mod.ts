import type { RouteGroup } from "../parts.ts";
import { callbackRoutes } from "./callbacks.ts";
import { chainRoutes } from "./chains.ts";
import { consumerRoutes } from "./consumers.ts";
import { failureRoutes } from "./failures.ts";
import { healthRoutes } from "./health.ts";
import { instanceRoutes } from "./instances.ts";
import { liveRoutes } from "./live.ts";
import { metricsRoutes } from "./metrics.ts";
import { pageRoutes } from "./page.ts";
import { settingsRoutes } from "./settings.ts";
import { steeringRoutes } from "./steering.ts";

/** All groups of routes, in the order of the OpenAPI document. */
export const ROUTES: readonly RouteGroup[] = [
  healthRoutes,
  chainRoutes,
  instanceRoutes,
  liveRoutes,
  metricsRoutes,
  steeringRoutes,
  failureRoutes,
  callbackRoutes,
  settingsRoutes,
  consumerRoutes,
  pageRoutes,
];

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Clock, Random } from "../model/mod.ts";
import type { LiveQueue } from "../live/mod.ts";
import type { QueueDriver } from "../queue/mod.ts";
import type { Caller } from "./caller.ts";
import type { Keys } from "./keys.ts";
import type { Waits } from "./waits.ts";

/** The parts that an app is made of. */
export interface AppOptions {
  readonly queue: QueueDriver;
  readonly clock: Clock;
  /** Draws the ids of instances. */
  readonly random: Random;
  /** The version of the program. */
  readonly version: string;
  /** The host that the server listens at. */
  readonly hostname: string;
  /** More names by which callers may call it, beside its address and those of loopback. (Default: none) */
  readonly hosts?: readonly string[];
  /** The keys of callers. (Default: callers need none, and may do everything) */
  readonly keys?: Keys;
  /** The state of the queue, for those who watch. */
  readonly live: LiveQueue;
  /** Aborted when the server begins to end: whoever waits is answered. */
  readonly draining: AbortSignal;
  /** Called with an error that nobody expected; the caller gets no more of it than that it happened. */
  readonly onError: (error: unknown, request: Request) => void;
  /** Called, in words, when the queue could not do what a request has asked for: its disk is full, say. (Default: no callback) */
  readonly onOutage?: (words: string) => void;
}

/** The parts that routes work with. */
export interface AppParts extends AppOptions {
  /** Those who wait for ends of instances. */
  readonly waits: Waits;
}

/** The context of the app's handlers. */
export interface ServeEnv {
  Bindings: {
    /** Who sends the request; undefined: nobody whom the server knows. */
    caller: Caller | undefined;
  };
  Variables: {
    /** Who sends the request, where only known callers are let in. */
    caller: Caller;
  };
}

/** The app that routes are added to. */
export type ServeApp = OpenAPIHono<ServeEnv>;

/** Adds the routes of a group to the app. */
export type RouteGroup = (app: ServeApp, parts: AppParts) => void;

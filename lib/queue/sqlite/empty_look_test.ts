import { assertEquals } from "@std/assert";
import { instances } from "../../../tests/queue/samples.ts";
import type { Claim } from "../queue.ts";
import { EmptyLook } from "./empty_look.ts";

function claimOf(limits: { readonly ttlMs?: number }): Claim {
  const [instance] = instances(1);
  return { instance: { ...instance!, chain: { ...instance!.chain, ...limits } }, number: 1, progress: [] };
}

Deno.test("EmptyLook.dated() dates what was queued after a look that found nothing, if it has a limit in time", () => {
  const look = new EmptyLook(), limited = claimOf({ ttlMs: 1000 }), unlimited = claimOf({});
  assertEquals(look.dated(limited, 1), limited, "nobody has looked");
  look.set(50, 7);
  assertEquals(look.dated(limited, 7), limited, "it was there before, and held by another");
  assertEquals(look.dated(limited, 8), { ...limited, notBeforeMs: 50 });
  assertEquals(look.dated(unlimited, 8), unlimited);
  look.set(60, 0);
  assertEquals(look.dated(limited, 1), { ...limited, notBeforeMs: 60 }, "the queue was empty");
});

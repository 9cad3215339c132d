import { assertEquals } from "@std/assert";
import { audienceOf } from "./audience.ts";

Deno.test("audienceOf() is the URL of the service, and of a function at cloudfunctions.net that of the function", () => {
  const cases = [
    ["https://shop-abc123-uc.a.run.app/orders/new?x=1", "https://shop-abc123-uc.a.run.app"],
    ["https://shop.example.com:8443/f", "https://shop.example.com:8443"],
    ["https://me:pass@shop.example.com/f", "https://shop.example.com"],
    ["https://us-central1-p.cloudfunctions.net/resize", "https://us-central1-p.cloudfunctions.net/resize"],
    [
      "https://us-central1-p.cloudfunctions.net/resize/large?x=1",
      "https://us-central1-p.cloudfunctions.net/resize",
    ],
    ["https://us-central1-p.cloudfunctions.net/", "https://us-central1-p.cloudfunctions.net"],
    ["https://cloudfunctions.net.example.com/resize", "https://cloudfunctions.net.example.com"],
  ] as const;
  for (const [url, audience] of cases) assertEquals(audienceOf(url), audience);
});

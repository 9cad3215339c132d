/**
 * A saga: what an order has done is undone when it fails. A card that ends in 0 is declined, one that ends in 1 is charged
 * but its parcel cannot be shipped. The functions have real bodies:
 *
 *     sequoia functions workloads/order.ts                                        # in one terminal
 *     sequoia produce workloads/order.ts --arg card=4000 --arg items=3 --wait --json
 *     sequoia consume                                                             # in another
 */
import { chain, fn, type Json, type JsonObject, lognormal } from "sequoia";

const PRICE = 12.5;

const reserve = fn("reserve", {
  time: lognormal("50ms", "120ms"),
  run: ({ args, instance }): Json => ({ reservation: `${instance}-r`, items: Number(args.items ?? 1) }),
});

const charge = fn("charge", {
  time: lognormal("200ms", "600ms"),
  retry: { attempts: 2, firstDelay: "20ms", factor: 2, maxDelay: "200ms" },
  run: ({ args, instance }): Json => {
    if (String(args.card).endsWith("0")) throw new Error(`the card ${args.card} was declined`);
    return { payment: `${instance}-p`, amount: Number(args.amount) };
  },
});

const ship = fn("ship", {
  time: lognormal("100ms", "300ms"),
  attempts: 1,
  run: ({ args, instance }): Json => {
    if (String(args.card).endsWith("1")) throw new Error("no carrier takes it");
    return { parcel: `${instance}-s` };
  },
});

/** Takes back what the order had done, the last first; doing so twice does no harm. */
const undo = fn("undo", {
  time: lognormal("60ms", "150ms"),
  run: ({ args, inputs }): Json => {
    const { reserve, charge } = inputs as Record<string, JsonObject | undefined>;
    return {
      why: args.why ?? null,
      refunded: charge?.amount ?? 0,
      released: reserve?.items ?? 0,
    };
  },
});

export default chain("order", ({ call, onFailed }) => {
  const reserved = call(reserve, { args: { items: "{% args.items %}" } });
  const charged = call(charge, {
    after: reserved,
    args: { card: "{% args.card %}", amount: `{% inputs.reserve.items * ${PRICE} %}` },
  });
  call(ship, { after: charged, args: { card: "{% args.card %}" } });
  onFailed(undo, { args: { why: "{% reason %}" } });
}, { timeLimit: "1m", ttl: "10m" });

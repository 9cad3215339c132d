/** Callbacks: the ends of instances, told to URLs as Standard Webhooks say it. */
export { type BesideOptions, deliverBeside } from "./beside.ts";
export { callbackBody } from "./body.ts";
export { Deliverer, type DelivererOptions, type DeliveryCounts, GIVE_UP_MS } from "./deliverer.ts";
export { signedHeaders, SigningError, signingKeys } from "./signature.ts";

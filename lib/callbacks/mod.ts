/** Callbacks: the ends of instances, told to URLs as Standard Webhooks say it. */
export { deliverBeside } from "./beside.ts";
export { Deliverer } from "./deliverer.ts";

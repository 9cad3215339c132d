import {
  type Constants,
  Expressions,
  type NamingScope,
  type Scope,
  type Soon,
} from "../../lib/expression/mod.ts";
import type { JsonText } from "../../lib/model/mod.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** The real evaluators, whose work takes no virtual time. */
export class ExpressionsOutsideTime extends Expressions {
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    super(clock);
    this.#clock = clock;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#clock.outside(super[Symbol.asyncDispose]());
  }

  override value(
    text: string,
    scope: Scope | NamingScope,
    constants?: Constants,
  ): Soon<JsonText | undefined> {
    return this.#clock.outside(super.value(text, scope, constants));
  }

  override isTrue(text: string, scope: Scope | NamingScope, constants?: Constants): Soon<boolean> {
    return this.#clock.outside(super.isTrue(text, scope, constants));
  }

  override list(text: string, scope: Scope | NamingScope, constants?: Constants): Soon<readonly JsonText[]> {
    return this.#clock.outside(super.list(text, scope, constants));
  }
}

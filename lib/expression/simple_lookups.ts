import type { Json, JsonObject } from "../model/mod.ts";
import { charge, DECLINED, type Value } from "./simple_values.ts";

/** The member of an object, or those of a list of objects. */
export function lookup(value: Value, name: string): Value {
  if (!Array.isArray(value)) return memberOf(value, name);
  const found: Json[] = [];
  charge(value.length);
  for (const item of value) {
    const member = lookup(item, name);
    if (member !== undefined) addAll(found, member);
  }
  return sequence(found);
}

function memberOf(value: Value, name: string): Value {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
}

/** All members of an object, those that are lists as their items. */
export function membersOf(value: Value): Value {
  if (Array.isArray(value)) throw DECLINED;
  if (typeof value !== "object" || value === null) return undefined;
  const members = Object.values(value as JsonObject), found: Json[] = [];
  for (const member of members) addDeep(found, member);
  return members.some(Array.isArray) ? found : sequence(found);
}

function addDeep(list: Json[], value: Json): void {
  charge(1);
  if (!Array.isArray(value)) list.push(value);
  else for (const item of value) addDeep(list, item);
}

/** A value and all that is in it, but for lists. */
export function descendantsOf(value: Value, found: Json[]): Json[] {
  if (value === undefined) return found;
  charge(1);
  if (!Array.isArray(value)) found.push(value);
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value as JsonObject)) descendantsOf(part, found);
  }
  return found;
}

/** The value that a sequence stands for. */
export function sequence(values: readonly Json[]): Value {
  return unwrapped(values, true);
}

/** Adds a value to a list, or the items of a value that is a list. */
export function addAll(list: Json[], value: Json): void {
  if (!Array.isArray(value)) return void list.push(value);
  charge(value.length);
  for (const item of value) list.push(item);
}

/** A sequence of one stands for its item, and an empty one for nothing; lists that came as such stay lists. */
export function unwrapped(value: Value, isSequence: boolean): Value {
  if (!isSequence || !Array.isArray(value) || value.length > 1) return value;
  return value[0];
}

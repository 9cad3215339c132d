/** Hosts and addresses: which are this machine, which are never called, and which callers a server of ours answers. */
export * from "./addresses.ts";
export * from "./host_guard.ts";

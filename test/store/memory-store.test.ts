import { MemoryStore } from "../../src/store/memory-store.ts";
import { describeStore } from "./store-conformance.ts";

describeStore("a memory store", async () => ({
  store: new MemoryStore(),
  dispose: async () => {},
}));

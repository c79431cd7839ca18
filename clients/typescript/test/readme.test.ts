// The examples of the README, in their order.
import { test } from "node:test";

test("the examples of the README run against a demo", async () => {
  await import("./readme.story.js");
});

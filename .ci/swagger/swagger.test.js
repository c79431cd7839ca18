// Swagger UI in a real browser: a person signs in with a password and carries out every operation's example, as it stands.
//
// An example holds for what a new demo has, so whatever comes after a write has a copy of the demo as it was made.
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { EMAIL, Newsroom, makeDemo, removeAll } from "./newsroom.js";
import { Person } from "./person.js";
import { UNKNOWABLE } from "./unknowable.js";

/** Each operation makes the next one slower, for Swagger UI copies all that it has ever resolved; so after some a page is opened anew. */
const ON_A_PAGE = 12;

let browser;
after(async () => {
  await browser?.close();
  await removeAll();
});

/** All operations, and the statuses that the contract has for success. */
function operationsOf(contract) {
  return Object.entries(contract.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId: id, tags: [tag], responses }]) => {
      const successes = Object.keys(responses).filter((status) => status.startsWith("2")).map(Number);
      return { method, path, id, tag, successes };
    }),
  );
}

/** Carry out one operation's example, and fail if it does not succeed. */
async function carryOut(operation, person, newsroom) {
  const exception = UNKNOWABLE[operation.id];
  if (exception) await person.fillIn(exception, await exception.is(newsroom));
  const { status, shown } = await person.execute();
  assert.ok(operation.successes.includes(status), `${status} is none of ${operation.successes}:\n${shown}`);
  await person.closeOperation();
}

/** Open Swagger UI, sign in, and carry out the next operations; a page on which something failed is left. */
async function workOnAPage(person, newsroom, left, faults) {
  await newsroom.begin();
  await person.openSwaggerUi();
  await person.signIn(EMAIL, newsroom.password);
  let isNew = false;
  for (let n = 0; n < ON_A_PAGE && left.length > 0; n++) {
    const operation = left.shift();
    try {
      await Promise.all([person.openOperation(operation), isNew || newsroom.restore()]);
      await carryOut(operation, person, newsroom);
    } catch (error) {
      faults.push(operation.id);
      console.log(`${operation.id}, ${operation.method.toUpperCase()} ${operation.path}: ${error.message}`);
      break;
    }
    isNew = operation.method === "get" && !(operation.id in UNKNOWABLE);
  }
}

test("every operation's example is carried out in Swagger UI by a person who signed in", async () => {
  const password = await makeDemo();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const newsrooms = await Promise.all(Array.from({ length: availableParallelism() }, () => Newsroom.at(password)));
  const [complaints, faults] = [[], []];
  const people = await Promise.all(newsrooms.map(({ origin }) => Person.at(browser, origin, complaints)));

  await newsrooms[0].begin();
  const operations = operationsOf(await newsrooms[0].ask("/openapi.json"));
  assert.ok(operations.length > 140);
  const isThere = (id) => operations.some((operation) => operation.id === id);
  assert.ok(Object.keys(UNKNOWABLE).every(isThere), "an exception of no operation");

  const left = [...operations];
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
  await people[0].openSwaggerUi();
  await people[0].openGroup(operations[0].tag);
  console.log(`the first operation was visible after ${seconds()} s`);
  const ended = await Promise.allSettled(
    newsrooms.map(async (newsroom, n) => {
      while (left.length > 0) await workOnAPage(people[n], newsroom, left, faults);
    }),
  );
  faults.push(...ended.flatMap(({ reason }) => reason?.message ?? []));
  console.log(`${operations.length - left.length} of ${operations.length} operations took ${seconds()} s`);
  assert.deepEqual({ faults, complaints, left: left.map(({ id }) => id) }, { faults: [], complaints: [], left: [] });
});

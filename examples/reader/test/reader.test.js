// The reader in a real browser, over a real server: the reference page in four languages, lists that go on, and pages that are gone.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

/** A port that is free, so that several checkouts can be tried on one machine. */
const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
const [behind, front] = [await freePort(), await freePort()];
const server = `http://127.0.0.1:${behind}`;
const reader = `http://127.0.0.1:${front}`;
const folder = mkdtempSync(join(tmpdir(), "dateline-reader-"));
const built = join(folder, "built");
const children = [];
let browser;

/** Whether somebody can read aloud on this machine, as CI has it. */
const speaks = ["espeak-ng", "ffmpeg"].every((program) => spawnSync(program, ["-version"]).error === undefined);
if (!speaks && process.env.CI) throw new Error("espeak-ng and ffmpeg are missing");

/** A process that has said it is up. */
function start(command, args, env, up) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk) => {
      said += chunk;
      if (said.includes(up)) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`${command} ended with ${code}: ${said}`)));
  });
}

before(async () => {
  const dateline = process.env.DATELINE ?? new URL("../../../target/debug/dateline", import.meta.url).pathname;
  await start(dateline, ["demo"], { DATELINE_SPEECH_COMMAND: speaks ? "espeak-ng -v {voice} --stdout" : "", DATELINE_BIND: `127.0.0.1:${behind}`, DATELINE_DATA_DIR: join(folder, "data") }, "Ctrl-C stops it");
  const vite = new URL("../node_modules/vite/bin/vite.js", import.meta.url).pathname;
  execFileSync(process.execPath, [vite, "build", "--logLevel", "warn", "--outDir", built, "--emptyOutDir"], { env: { ...process.env, VITE_DATELINE: server } });
  const shown = ["preview", "--outDir", built, "--host", "127.0.0.1", "--port", `${front}`, "--strictPort"];
  await start(process.execPath, [vite, ...shown], {}, `${front}`);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  // A server that is ending may still write into the folder.
  await Promise.all(children.map((child) => new Promise((resolve) => {
    child.removeAllListeners("exit").once("exit", resolve);
    if (child.exitCode === null && child.signalCode === null) child.kill();
    else resolve();
  })));
  rmSync(folder, { recursive: true, force: true });
});

/** A page that is shown, with the requests that it took and what the console complained of. */
async function open(path, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
  const asked = [];
  const told = [];
  const complaints = [];
  page.on("request", (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === server && pathname.endsWith("/views")) told.push(pathname);
    else if (origin === server && !pathname.startsWith("/v1/media/")) asked.push(pathname);
    if (![server, reader].includes(origin) && !request.url().startsWith("data:")) complaints.push(`asks ${origin}`);
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(reader + path);
  await page.waitForSelector("main");
  return { page, asked, told, complaints };
}

const texts = (page, selector) => page.locator(selector).allTextContents();

/** A story that can be heard, once it can. */
async function heard(path) {
  for (;;) {
    const page = await (await fetch(`${server}/v1/pages?path=${encodeURIComponent(path)}`)).json();
    if (page.article.audio) return page.article.audio;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What stands above the stories that one leads on to. */
const leadsOn = { en: "Read next", hi: "आगे पढ़ें", bn: "আরও পড়ুন", kn: "ಮುಂದೆ ಓದಿ" };

/** What a story asks for beside its page, once that is read. */
const isBeside = (path) => path.endsWith("/related");

const languages = [
  ["en", "Reported by", "min read", "Listen to this article", /Published February 28th, 2026 at 18:39 IST/],
  ["hi", "रिपोर्ट", "मिनट में पढ़ें", "यह लेख सुनें", /प्रकाशित 28 फ़रवरी 2026/],
  ["bn", "প্রতিবেদন", "মিনিটের পড়া", "নিবন্ধটি শুনুন", /প্রকাশিত ২৮ ফেব্রুয়ারি/],
  ["kn", "ವರದಿ", "ನಿಮಿಷಗಳ ಓದು", "ಈ ಲೇಖನವನ್ನು ಆಲಿಸಿ", /ಪ್ರಕಟಣೆ ಫೆಬ್ರವರಿ 28, 2026/],
];

for (const [locale, byline, minutes, listen, published] of languages) {
  test(`the reference page in ${locale}, out of one request`, async () => {
    const found = await (await fetch(`${server}/v1/articles/by-slug/the-river-that-kept-a-diary?locale=en`)).json();
    const path = new URL(found.alternates.find((a) => a.locale === locale).url).pathname;
    const audio = speaks && (await heard(path));
    const { page, asked, complaints } = await open(path);
    assert.deepEqual(asked.filter((path) => !isBeside(path)), ["/v1/pages"]);
    await page.locator(".next a").first().waitFor();
    assert.equal(await page.locator(".next h2").textContent(), leadsOn[locale]);
    assert.equal(new Set(await page.locator(".next a").evaluateAll((links) => links.map((link) => link.href).concat(location.href))).size, (await page.locator(".next a").count()) + 1, "not itself, nor one twice");
    assert.deepEqual(complaints, []);
    assert.equal(await page.locator("html").getAttribute("lang"), locale);
    assert.equal(await page.locator(".sections > ul > li").count(), 10);
    assert.deepEqual(await texts(page, ".languages a"), ["English", "हिंदी", "বাংলা", "ಕನ್ನಡ"]);
    assert.match((await texts(page, ".byline")).join(), new RegExp(byline));
    assert.match(await page.locator(".minutes").textContent(), new RegExp(minutes));
    assert.match(await page.locator(".published").textContent(), published);
    assert.ok((await page.locator("figcaption").first().textContent()).length > 10);
    const lead = page.locator("figure img").first();
    const drawn = await lead.evaluate((img) => img.decode().then(() => ({ width: img.naturalWidth, source: img.currentSrc })));
    assert.match(drawn.source, /\/v1\/media\/[^/]+\/(640|960)\.webp\?v=/, "the format and the size that the place needs");
    assert.ok(drawn.width >= 640 && (await lead.getAttribute("alt")).length > 10);
    const inBody = page.locator(".body figure.image picture img");
    assert.equal(await inBody.count(), 3);
    for (const img of await inBody.all()) {
      await img.scrollIntoViewIfNeeded();
      const shown = await img.evaluate((img) => img.decode().then(() => ({ width: img.naturalWidth, source: img.currentSrc })));
      assert.match(shown.source, /\/v1\/media\/[^/]+\/\d+\.webp\?v=/);
      assert.ok(shown.width >= 320 && (await img.getAttribute("alt")).length > 5);
    }
    if (audio) {
      assert.match(await page.locator(".listen figcaption").textContent(), new RegExp(listen));
      const playing = page.locator(".listen audio");
      const length = await playing.evaluate((audio) => new Promise((resolve, reject) => {
        audio.addEventListener("loadedmetadata", () => resolve(audio.duration));
        audio.addEventListener("error", () => reject(audio.error));
        audio.load();
      }));
      assert.ok(length > 5 && Math.abs(length - audio.duration_seconds) < 1, `${length} s, and ${audio.duration_seconds} s are told`);
      const played = await playing.evaluate((audio) => new Promise((resolve, reject) => {
        audio.muted = true;
        audio.addEventListener("timeupdate", () => audio.currentTime > 0 && resolve(audio.currentTime));
        audio.play().catch(reject);
      }));
      assert.ok(played > 0, "it plays");
      await playing.evaluate((audio) => audio.pause());
    }
    assert.ok((await page.locator(".body p").count()) >= 2);
    assert.ok((await page.locator("aside a").count()) >= 5);
    assert.equal(await page.locator("link[rel=alternate]").count(), 5);
    assert.match(await page.locator('meta[property="og:title"]').getAttribute("content"), /\S/);
    for (const text of await texts(page, "main p")) assert.doesNotMatch(text, /&#|&amp;/);
    if (process.env.SHOTS) await page.evaluate(() => scrollTo(0, 0));
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/reader-${locale}.png`, animations: "disabled" });
    await page.close();
  });
}

for (const [locale, words] of [["en", /wheels/], ["hi", /चाक/], ["bn", /চাকা/], ["kn", /ಚಕ್ರ/]]) {
  test(`a video in ${locale}, with its poster and its captions`, async () => {
    const listed = await (await fetch(`${server}/v1/articles?kind=video&locale=${locale}`)).json();
    const { page, complaints } = await open(new URL(listed.data[0].url).pathname);
    const video = page.locator("figure video");
    const played = await video.evaluate(async (video) => {
      video.muted = true;
      await video.play();
      const track = [...video.textTracks].find((track) => track.mode === "showing");
      const element = video.querySelector("track[default]");
      if (element.readyState < 2) await new Promise((resolve) => element.addEventListener("load", resolve));
      return { seconds: video.duration, width: video.videoWidth, cues: [...track.cues].map((cue) => cue.text), language: track.language, tracks: video.textTracks.length };
    });
    assert.ok(Math.abs(played.seconds - 5) < 0.2 && played.width === 480, JSON.stringify(played));
    assert.deepEqual([played.language, played.tracks], [locale, 4]);
    assert.match(played.cues.join(), words);
    assert.match(await video.getAttribute("poster"), /\/v1\/media\/[^/]+\/\d+\.jpg\?v=/);
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

test("from the front page to a section, an author and the story in another language", async () => {
  const { page, asked } = await open("/en");
  assert.ok((await page.locator(".card").count()) >= 10);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/reader-home.png` });
  const follow = async (locator) => {
    await Promise.all([page.waitForNavigation(), locator.click()]);
    await page.waitForSelector("main");
  };
  await follow(page.getByRole("link", { name: "World", exact: true }).first());
  assert.equal(await page.locator("h1").textContent(), "World");
  await follow(page.locator(".card h2 a").first());
  const english = await page.locator("h1").textContent();
  await follow(page.locator(".byline a").first());
  assert.ok((await page.locator(".card").count()) >= 1);
  await page.goBack();
  await page.waitForSelector(".story");
  await follow(page.locator(".languages a", { hasText: "हिंदी" }));
  assert.notEqual(await page.locator("h1").textContent(), english);
  assert.ok(asked.every((path) => path === "/v1/pages" || isBeside(path)));
  await page.close();
});

test("the front page stands as editors have arranged it, and the page after it goes on", async () => {
  const { page, asked } = await open("/en");
  const first = page.locator(".card").first();
  assert.match(await first.getAttribute("class"), /\bpinned\b/);
  const own = await first.locator("h2").textContent();
  const story = await first.locator("h2 a").getAttribute("href");
  await Promise.all([page.waitForNavigation(), first.locator("h2 a").click()]);
  await page.waitForSelector(".story");
  assert.notEqual(await page.locator("h1").textContent(), own, "its own page has its own headline");
  await page.goto(`${reader}/en`);
  await page.waitForSelector(".card");
  const shown = await page.locator(".card h2 a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  assert.equal(shown.filter((href) => href === story).length, 1);
  assert.equal(new Set(shown).size, shown.length);
  assert.ok(asked.every((path) => path === "/v1/pages" || isBeside(path)));
  await page.close();
});

test("what is not there is said in the reader's language, and the narrow page has no sideways scroll", async () => {
  const { page } = await open("/kn/nothing-of-the-kind", { viewport: { width: 360, height: 740 } });
  assert.equal(await page.locator("h1").textContent(), "ಇಲ್ಲಿ ಏನೂ ಇಲ್ಲ.");
  await page.goto(`${reader}/en`);
  await page.waitForSelector(".card");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.close();
});

test("what others read is told by their browsers, and stands beside the next story", async () => {
  const [first, second] = (await (await fetch(`${server}/v1/articles?locale=en&limit=2`)).json()).data;
  const path = (story) => new URL(story.url).pathname;
  // Whoever says that it is a program does not count.
  const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
  const { page, told, complaints } = await open(path(first), { userAgent });
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual([told, complaints], [[`/v1/articles/${first.id}/views`], []]);
  await page.close();
  for (let limit = 1; ; limit++) {
    const most = (await (await fetch(`${server}/v1/most-read?locale=en&limit=${limit}`)).json()).data;
    if (most.some((story) => story.id === first.id)) break;
    assert.ok(limit < 50, "it was never counted");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const { page: beside } = await open(`${path(second)}`, { userAgent });
  assert.equal((await texts(beside, "aside h2"))[0], "Most read");
  assert.equal(await beside.locator("aside section").first().locator("a").first().textContent(), first.headline);
  await beside.close();
});

for (const [locale, begun, typed, word] of [["en", "riv", "river", "river"], ["hi", "नद", "नदी", "नदी"], ["bn", "নদ", "নদী", "নদী"], ["kn", "ನದ", "ನದಿ", "ನದಿ"]]) {
  test(`what is looked for in ${locale} is completed, found, counted and marked, on a telephone too`, async () => {
    const { page, complaints } = await open(`/${locale}`, { viewport: { width: 390, height: 844 } });
    await page.locator("input[type=search]").pressSequentially(begun);
    const suggested = page.locator(".suggestions a");
    await suggested.first().waitFor();
    assert.ok((await suggested.first().locator("mark").first().textContent()).startsWith(begun[0].toUpperCase()) || (await suggested.first().textContent()).includes(begun));
    await page.locator("input[type=search]").fill(typed);
    await page.locator("input[type=search]").press("Enter");
    await page.waitForSelector("main.search");
    const hits = page.locator(".hit");
    assert.ok((await hits.count()) > 0);
    const marked = await texts(page, ".hit mark");
    assert.ok(marked.some((mark) => mark.toLowerCase().includes(word)), marked.join(", "));
    assert.ok((await page.locator(".facets a").count()) > 0);
    const before = await hits.count();
    await page.locator(".facets a").first().click();
    await page.waitForSelector(".facets [aria-current]");
    assert.ok((await page.locator(".hit").count()) <= before);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing stands out at the side");
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

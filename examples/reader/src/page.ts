// A page of the server as elements: nothing here asks for anything more.
import type { Schemas } from "dateline-client";
import { h, here } from "./dom.js";
import { ago, date, saying, type Said } from "./words.js";

export type Page = Schemas["Page"];
type Frame = Schemas["Frame"];
type Article = Schemas["Article"];
type Card = Schemas["Card"];
type Cards = Schemas["Cards"];
type Rail = Schemas["Rail"];
type Lead = Schemas["Lead"];
type Item = Schemas["NavigationItem"];

const link = (url: string, label: string, current = false) => h("a", { href: here(url), "aria-current": current ? "page" : null }, label);

/** A name with its language, which may be another one than the page's. */
type Named = { url: string; name: string; locale: string; direction: string };
const named = (of: Named, current = false) =>
  h("a", { href: here(of.url), lang: of.locale, dir: of.direction, "aria-current": current ? "page" : null }, of.name);

function navigation(items: Item[]): HTMLElement {
  return h("ul", {}, items.map((item) => h("li", {}, named(item, item.current), item.current && item.children.length > 0 && navigation(item.children))));
}

/** The name of the site, the language switcher and the navigation. */
export function header(frame: Frame): HTMLElement {
  const languages = frame.languages.map((l) =>
    h("a", { href: here(l.url), lang: l.locale, dir: l.direction, hreflang: l.locale, "aria-current": l.current ? "true" : null, class: l.available ? null : "elsewhere" }, l.name));
  const home = frame.languages.find((l) => l.current);
  return h("header", {},
    h("p", { class: "title" }, h("a", { href: `/${home?.locale ?? frame.locale}` }, frame.site.name)),
    h("nav", { class: "languages" }, languages),
    h("nav", { class: "sections" }, navigation(frame.navigation)));
}

/** A picture in the format and size that the browser needs, with its colour where it is to be: of a video its poster. */
function picture(lead: Lead, sizes: string, loading: "lazy" | "eager"): HTMLElement | null {
  const still = isVideo(lead) ? lead.poster : lead;
  if (!still) return null;
  const img = h("img", { src: still.url, alt: lead.alt || still.alt, width: still.width, height: still.height, loading, style: lead.color && `background:${lead.color}` });
  return h("picture", {}, still.sources.map(({ type, srcset }) => h("source", { type, srcset, sizes })), img);
}

const isVideo = (lead: Lead) => lead.type?.startsWith("video/") ?? false;

/** A video with its poster and its captions, those of the page's language shown. */
function video(lead: Lead, locale: string): HTMLElement {
  return h("video", { controls: "", preload: "metadata", playsinline: "", crossorigin: "anonymous", poster: lead.poster?.url, width: lead.width, height: lead.height, "aria-label": lead.alt },
    h("source", { src: lead.url, type: lead.type }),
    lead.captions.map(({ locale: srclang, label, url }) => h("track", { kind: "captions", src: url, srclang, label, default: srclang === locale ? "" : null })));
}

function card(story: Card, frame: Frame): HTMLElement {
  return h("article", { class: story.pinned ? "card pinned" : "card" },
    story.lead && picture(story.lead, "(min-width: 60rem) 20rem, 100vw", "lazy"),
    h("p", { class: "kicker" }, named(story.section)),
    h("h2", {}, link(story.url, story.headline)),
    story.summary && h("p", {}, story.summary),
    h("small", {}, h("time", { datetime: story.published_at }, ago(story.published_at, frame.locale))));
}

function list(cards: Cards, frame: Frame, say: Said): HTMLElement {
  const at = (cursor: string | null | undefined, label: string, rel: string) => cursor && h("a", { href: `?cursor=${encodeURIComponent(cursor)}`, rel }, label);
  return h("div", { class: "list" }, cards.data.map((story) => card(story, frame)),
    h("nav", { class: "pages" }, at(cards.page.previous, say("previous"), "prev"), at(cards.page.next, say("next"), "next")));
}

function rails(all: Rail[], frame: Frame, say: Said): HTMLElement {
  const rail = (rail: Rail) => rail.articles.length > 0 && h("section", {},
    rail.collection?.name
      ? h("h2", { lang: rail.collection.locale, dir: rail.collection.direction }, rail.collection.name)
      : h("h2", {}, say(rail.kind === "latest_in_section" ? "section" : rail.kind)),
    rail.articles.map((story) => h("p", {}, link(story.url, story.headline), " ", h("small", {}, ago(story.published_at, frame.locale)))));
  // What is read most comes first.
  return h("aside", {}, [...all].sort((a, b) => Number(b.kind === "most_read") - Number(a.kind === "most_read")).map(rail));
}

function story(article: Article, frame: Frame, say: Said): HTMLElement {
  const body = h("div", { class: "body" });
  if (article.body?.format === "html") body.innerHTML = article.body.content;
  const lead = article.lead;
  return h("article", { class: "story" },
    h("p", { class: "kicker" }, article.section.path.map((s) => named(s))),
    h("p", { class: "updated" }, `${say("updated")} ${date(article.updated_at, article.locale, frame.site.time_zone, article.time_zone_names.updated_at)}`),
    h("h1", {}, article.headline),
    article.summary && h("p", { class: "summary" }, article.summary),
    article.credits.map((credit) => h("p", { class: "byline" }, h("span", { lang: credit.locale, dir: credit.direction }, credit.label), ": ", credit.authors.flatMap((a, n) => [n > 0 && ", ", named(a)]))),
    lead && h("figure", {}, isVideo(lead) ? video(lead, article.locale) : picture(lead, "(min-width: 60rem) 45rem, 100vw", "eager"),
      h("figcaption", {}, [lead.caption, lead.credit && `${say("image")}: ${lead.credit}`].filter(Boolean).join(" | "))),
    article.audio && h("figure", { class: "listen" }, h("figcaption", {}, say("listen")), h("audio", { controls: true, preload: "metadata", src: article.audio.url })),
    h("p", { class: "minutes" }, `${article.reading_minutes} ${say("minutes")}`),
    article.corrections.length > 0 && h("section", { class: "corrections" }, h("h2", {}, say("corrections")), article.corrections.map((c) => h("p", { lang: c.locale, dir: c.direction }, c.text))),
    body,
    h("p", { class: "tags" }, article.tags.map((tag) => named(tag))),
    h("p", { class: "published" }, `${say("published")} ${date(article.published_at, article.locale, frame.site.time_zone, article.time_zone_names.published_at)}`));
}

/** What leads on from a story; nothing, where nothing does. */
export function next(stories: Schemas["ArticleListing"]["data"], locale: string): HTMLElement[] {
  const row = (story: Schemas["ArticleAnswer"]) => story.url && h("p", {}, link(story.url, story.headline ?? ""), " ", story.published_at && h("small", {}, ago(story.published_at, locale)));
  return stories.length > 0 ? [h("section", { class: "next" }, h("h2", {}, saying(locale)("read_next")), stories.map(row))] : [];
}

/** What stands in the head, and which language the document is in. */
export function head(frame: Frame): void {
  document.documentElement.lang = frame.locale;
  document.documentElement.dir = frame.direction;
  document.title = frame.head.title;
  document.head.querySelectorAll("[data-page]").forEach((old) => old.remove());
  const { description, canonical, alternates, open_graph } = frame.head;
  document.head.append(
    h("meta", { "data-page": true, name: "description", content: description }),
    h("link", { "data-page": true, rel: "canonical", href: canonical }),
    ...alternates.map((a) => h("link", { "data-page": true, rel: "alternate", hreflang: a.hreflang, href: a.href })),
    ...open_graph.map((p) => h("meta", { "data-page": true, property: p.property, content: p.content })));
}

/** The whole page. */
export function render(page: Exclude<Page, { kind: "redirect" }>): HTMLElement[] {
  const { frame } = page;
  const say = saying(frame.locale);
  const titled = (of: Named, about: string, articles: Cards) => {
    const language = { lang: of.locale, dir: of.direction };
    return h("main", {}, h("h1", language, of.name), about && h("p", { class: "summary", ...language }, about), list(articles, frame, say));
  };
  switch (page.kind) {
    case "article":
      return [header(frame), h("main", {}, story(page.article, frame, say)), rails(page.rails, frame, say)];
    case "home":
      return [header(frame), h("main", {}, list(page.articles, frame, say)), rails(page.rails ?? [], frame, say)];
    case "section":
      return [header(frame), titled(page.section, page.section.description, page.articles), rails(page.rails, frame, say)];
    case "author":
      return [header(frame), titled(page.author, page.author.bio, page.articles)];
    case "tag":
      return [header(frame), titled(page.tag, page.tag.description, page.articles)];
  }
}

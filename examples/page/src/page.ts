// The reference page: navigation, language switcher, one story, and the latest beside it, as HTML on standard output.
// usage: node dist/page.js [slug] [locale] [server]
import { createDateline, DatelineProblem, type Schemas } from "dateline-client";

type Article = Schemas["Article"];
type Site = Schemas["SiteInfo"];

const [slug = "the-river-that-kept-a-diary", locale = "en", server = "http://127.0.0.1:8080"] = process.argv.slice(2);
const dateline = createDateline({ baseUrl: server });

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (value: string) => value.replace(/[&<>"]/g, (character) => escapes[character] ?? character);
const link = (url: string, label: string, current = false, language = "") =>
  `<a href="${text(url)}"${current ? ' aria-current="page"' : ""}${language}>${text(label)}</a>`;
/** A name with its language, which may be another one than the page's. */
const language = (of: { locale?: string | null; direction: string }) => (of.locale ? ` lang="${of.locale}" dir="${of.direction}"` : "");
const named = (of: { url: string; name: string; locale: string; direction: string }, current = false) => link(of.url, of.name, current, language(of));

/** `March 16, 2024 at 18:39 IST`, in the site's time zone and the reader's language. */
function date(instant: string, site: Site, zoneName: string): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: "long", timeStyle: "short", hourCycle: "h23", timeZone: site.time_zone };
  return `${new Intl.DateTimeFormat(locale, options).format(new Date(instant))} ${zoneName}`;
}

function ago(instant: string): string {
  const days = Math.round((Date.parse(instant) - Date.now()) / 86_400_000);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
}

function lead(article: Article): string {
  if (!article.lead) return "";
  const { url, width, height, alt, caption, credit } = article.lead;
  return `<figure><img src="${text(url)}" width="${width}" height="${height}" alt="${text(alt)}">
    <figcaption>${text(caption)} | Image: ${text(credit)}</figcaption></figure>`;
}

function body(article: Article): string {
  return article.body?.format === "html" ? article.body.content : "";
}

const query = { locale };
const [{ data: site }, { data: sections }, { data: found }, { data: listed }] = await Promise.all([
  dateline.GET("/v1/site"),
  dateline.GET("/v1/sections", { params: { query } }),
  dateline.GET("/v1/articles/by-slug/{slug}", { params: { path: { slug }, query } }),
  dateline.GET("/v1/articles", { params: { query: { ...query, limit: 6 } } }),
]).catch((problem: unknown) => {
  if (!(problem instanceof DatelineProblem)) throw problem;
  console.error(`${slug}, ${locale}: ${problem.message}`);
  process.exit(1);
});

// Without `fields=` the whole article is answered.
const article = found as Article;
const latest = listed.data as Article[];

const top = sections.data.filter((section) => section.parent_id == null);
console.log(`<!doctype html>
<html lang="${article.locale}" dir="${article.direction}">
<head>
  <meta charset="utf-8"><title>${text(article.seo.title)} · ${text(site.name)}</title>
  <meta name="description" content="${text(article.seo.description)}">
  ${article.alternates.map((a) => `<link rel="alternate" hreflang="${a.locale}" href="${text(a.url)}">`).join("\n  ")}
</head>
<body>
  <nav>${top.map((s) => named(s, s.id === article.section.id)).join(" · ")}</nav>
  <nav>${article.alternates.map((a) => link(a.url, a.name, a.locale === article.locale)).join(" · ")}</nav>
  <main>
    <p>Updated ${date(article.updated_at, site, article.time_zone_names.updated_at)}</p>
    <h1>${text(article.headline)}</h1>
    <p>${text(article.summary)}</p>
    ${article.credits.map((c) => `<p><span${language(c)}>${text(c.label)}</span>: ${c.authors.map((a) => named(a)).join(", ")}</p>`).join("\n    ")}
    ${lead(article)}
    <p>${article.reading_minutes} min read</p>
    ${body(article)}
    <p>Published ${date(article.published_at, site, article.time_zone_names.published_at)}</p>
  </main>
  <aside>
    ${latest
      .filter((other) => other.id !== article.id)
      .map((other) => `<p>${link(other.url, other.headline)} <small>${ago(other.published_at)}</small></p>`)
      .join("\n    ")}
  </aside>
</body>
</html>`);

/**
 * The ProseMirror schema of Dateline's documents.
 *
 * A document that the desk answers with (`?body=doc`) is read by `schema.nodeFromJSON(body.content)`, and what an editor made of it is sent
 * back by `written(node)`. Blocks have ids (`attrs.id`) that outlive edits: an editor keeps them, and gives none to what is new.
 *
 * `GET /v1/schemas/body.json` says the same as a JSON Schema; the test beside this file holds the two against each other.
 */
import { Schema } from "prosemirror-model";

/** What every block has; a new block has no id, and the desk gives it one. */
const ofBlocks = { id: { default: null }, source: { default: null }, guessed: { default: null }, lang: { default: null } };
const { lang: _, ...ofRules } = ofBlocks;

const optional = (...names) => Object.fromEntries(names.map((name) => [name, { default: null }]));

/** The id of a block in HTML that is copied within the editor, so that a block that is moved stays the same. */
const shown = (tag, hole = 0) => (node) => {
  const attrs = { ...(node.attrs.id && { "data-id": node.attrs.id }), ...(node.attrs.lang && { lang: node.attrs.lang }) };
  return hole === 0 ? [tag, attrs, 0] : [tag, attrs];
};
const read = (tag, more) => ({
  tag,
  getAttrs: (element) => ({ id: element.getAttribute("data-id"), lang: element.getAttribute("lang"), ...more?.(element) }),
});

const block = (tag, content, attrs = {}, more = {}) => ({
  group: "block",
  content,
  attrs: { ...ofBlocks, ...attrs },
  toDOM: shown(tag),
  parseDOM: [read(tag)],
  ...more,
});

const nodes = {
  doc: { content: "(block | live_update)*", attrs: { schema: { default: 1 } } },

  paragraph: block("p", "inline*"),
  heading: block("h2", "inline*", { level: { default: 2 } }, {
    toDOM: (node) => shown(`h${node.attrs.level}`)(node),
    parseDOM: [2, 3, 4].map((level) => read(`h${level}`, () => ({ level }))),
  }),
  blockquote: block("blockquote", "block+"),
  pull_quote: block("aside", "inline*", optional("attribution")),
  bullet_list: block("ul", "list_item+"),
  ordered_list: block("ol", "list_item+", optional("start"), {
    parseDOM: [read("ol", (element) => ({ start: element.hasAttribute("start") ? element.start : null }))],
  }),
  // A picture of the media library has a `media_id` instead of a `url`; what readers are given of it comes along in `picture`.
  image: block("img", undefined, optional("url", "media_id", "picture", "alt", "caption", "credit", "width", "height", "href", "to"), {
    draggable: true,
    toDOM: (node) => ["img", { src: node.attrs.url ?? "", alt: node.attrs.alt ?? "", "data-id": node.attrs.id ?? "", "data-media": node.attrs.media_id ?? "" }],
    parseDOM: [read("img[src]", (element) => ({ url: element.getAttribute("src") || null, media_id: element.getAttribute("data-media") || null, alt: element.getAttribute("alt") }))],
  }),
  gallery: block("section", "image*", {}, { parseDOM: [read("section[data-gallery]")], toDOM: () => ["section", { "data-gallery": "" }, 0] }),
  embed: block("iframe", undefined, { url: {}, ...optional("title") }, {
    atom: true,
    toDOM: (node) => ["iframe", { src: node.attrs.url, title: node.attrs.title ?? "" }],
    parseDOM: [read("iframe[src]", (element) => ({ url: element.getAttribute("src"), title: element.getAttribute("title") }))],
  }),
  table: block("table", "table_row+", {}, { toDOM: () => ["table", ["tbody", 0]] }),
  code_block: block("pre", "text*", optional("language"), {
    code: true,
    marks: "",
    toDOM: () => ["pre", ["code", 0]],
    parseDOM: [{ ...read("pre"), preserveWhitespace: "full" }],
  }),
  horizontal_rule: {
    group: "block",
    attrs: ofRules,
    toDOM: () => ["hr"],
    parseDOM: [{ tag: "hr" }],
  },
  factbox: block("aside", "block+", optional("title"), { parseDOM: [read("aside[data-factbox]")], toDOM: () => ["aside", { "data-factbox": "" }, 0] }),

  live_update: {
    content: "block+",
    attrs: { ...ofBlocks, at: {}, ...optional("title") },
    toDOM: (node) => ["article", { "data-at": node.attrs.at }, 0],
    parseDOM: [read("article[data-at]", (element) => ({ at: element.getAttribute("data-at") }))],
  },
  list_item: { content: "block+", attrs: ofBlocks, defining: true, toDOM: shown("li"), parseDOM: [read("li")] },
  table_row: { content: "(table_cell | table_header)*", toDOM: () => ["tr", 0], parseDOM: [{ tag: "tr" }] },
  table_cell: { content: "inline*", attrs: optional("colspan", "rowspan"), toDOM: () => ["td", 0], parseDOM: [{ tag: "td" }] },
  table_header: { content: "inline*", attrs: optional("colspan", "rowspan"), toDOM: () => ["th", 0], parseDOM: [{ tag: "th" }] },

  text: { group: "inline" },
  hard_break: { group: "inline", inline: true, selectable: false, toDOM: () => ["br"], parseDOM: [{ tag: "br" }] },
};

const mark = (tag, ...also) => ({ toDOM: () => [tag, 0], parseDOM: [tag, ...also].map((tag) => ({ tag })) });

const marks = {
  link: {
    attrs: { href: {}, ...optional("to") },
    inclusive: false,
    toDOM: (mark) => ["a", { href: mark.attrs.href }, 0],
    parseDOM: [{ tag: "a[href]", getAttrs: (element) => ({ href: element.getAttribute("href") }) }],
  },
  lang: {
    attrs: { lang: {} },
    toDOM: (mark) => ["span", { lang: mark.attrs.lang }, 0],
    parseDOM: [{ tag: "span[lang]", getAttrs: (element) => ({ lang: element.getAttribute("lang") }) }],
  },
  bold: mark("strong", "b"),
  italic: mark("em", "i"),
  underline: mark("u"),
  strike: mark("s", "del"),
  sub: mark("sub"),
  sup: mark("sup"),
  code: mark("code"),
};

export const schema = new Schema({ nodes, marks });

/** A document as the desk takes it: what an editor leaves open is left out. */
export function written(node) {
  const json = node.toJSON();
  return { ...tidy(json), schema: json.attrs?.schema ?? 1, attrs: undefined };
}

function tidy(node) {
  const said = Object.entries(node.attrs ?? {}).filter(([, value]) => value !== null);
  const { attrs: _, content, marks, ...rest } = node;
  return {
    ...rest,
    ...(said.length > 0 && { attrs: Object.fromEntries(said) }),
    ...(content && { content: content.map(tidy) }),
    ...(marks && { marks: marks.map(tidy) }),
  };
}

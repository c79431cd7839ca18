//! HTML as a tree, under limits that are checked while it grows.
//!
//! **Context.** The tree builder of HTML goes through the open elements for every tag, the formatting elements for every
//! paragraph and the attributes for every attribute, so that a deep or entangled page costs the square of its size.
//! **Decision.** The parser is fed piece by piece. Every question it asks of the tree is a step of the [`Budget`]; depth,
//! elements and attributes are counted as they come; and at the first limit it is fed no more. Attributes that nothing is
//! read from are taken off before the builder compares them. **Consequence.** No work and no memory beyond the limits,
//! and the tree of everything below them is the one a browser builds.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::HashSet,
};

use html5ever::{
    Attribute, QualName, TokenizerResult,
    buffer_queue::BufferQueue,
    local_name, ns,
    tendril::StrTendril,
    tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
    tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeBuilder, TreeBuilderOpts, TreeSink, create_element},
};
use scraper::{Html, HtmlTreeSink, node::Element};

use super::{
    attributes::Watch,
    budget::{Budget, TooMuch},
    tables::Tables,
};
use crate::domain::text::limits;

/// Bytes that the parser is given at a time: what it may do between two looks at the limits.
const PIECE: usize = 512;

/// A page as a tree.
pub(super) struct Grown {
    pub(super) tree: Html,
    /// What is said of the page as a whole, which stands in no element of the tree: `style` and `background` of `<body>` and `<html>`.
    pub(super) page: Vec<(String, String)>,
}

/// The attribute of a `<frame>`, which stands as `<embed>` in the tree: the parser has no place for one in a body. No page can bring it.
pub(super) const FRAME: &str = "frame";

/// The tree of a fragment of HTML, as it would stand in a page's body.
///
/// # Errors
/// The limit at which it was given up.
pub(super) fn grow(html: &str, budget: &Budget) -> Result<Grown, TooMuch> {
    let sink = Counted::new(budget);
    let context = create_element(&sink, QualName::new(None, ns!(html), local_name!("body")), Vec::new());
    let builder =
        TreeBuilder::new_for_fragment(sink, context, None, TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() });
    let initial_state = Some(builder.tokenizer_state_for_context_elem(false));
    let gate = Gate { builder, progress: Cell::new(false), tables: RefCell::default(), page: RefCell::default() };
    let parser = Tokenizer::new(gate, TokenizerOpts { initial_state, discard_bom: false, ..TokenizerOpts::default() });
    let queue = BufferQueue::default();
    let mut watch = Watch::default();
    // The parser would take a byte order mark off each piece; one is meant where a text begins, and nowhere else.
    for piece in pieces(html.strip_prefix('\u{feff}').unwrap_or(html)) {
        watch.read(piece);
        if watch.most() > limits::HTML_ATTRIBUTES {
            return Err(TooMuch::Attributes);
        }
        queue.push_back(StrTendril::from_slice(piece));
        // Ends: what is not done stopped behind an element of a script, and goes on after it in a piece of some bytes.
        while !matches!(parser.feed(&queue), TokenizerResult::Done) {}
        if let Some(limit) = parser.sink.builder.sink.stopped.get() {
            return Err(limit);
        }
        // A tag that is still open began after the last token, which came out of this piece.
        if parser.sink.progress.take() {
            watch = Watch::default();
            watch.read(piece);
        }
    }
    parser.end();
    let page = parser.sink.page.take();
    let sink = parser.sink.builder.sink;
    if let Some(limit) = sink.stopped.get() {
        return Err(limit);
    }
    let mut tree = sink.tree.finish();
    show_shadows(&mut tree);
    Ok(Grown { tree, page })
}

/// What can have a shadow root, beside elements of scripts (DOM §4.2.14); the root of the tree stands for `<body>`, and so does a
/// cell or caption that a browser drops for want of a table.
const HOSTS: [&str; 22] = [
    "article",
    "aside",
    "blockquote",
    "body",
    "div",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "main",
    "nav",
    "p",
    "section",
    "span",
    "html",
    "caption",
    "td",
    "th",
];

/// True for a template that declares a shadow root.
pub(super) fn is_shadow(element: &Element) -> bool {
    let mode = element.attr("shadowrootmode").unwrap_or_default();
    element.name() == "template" && ["open", "closed"].iter().any(|known| mode.eq_ignore_ascii_case(known))
}

/// Put what stands in declarative shadow roots in their places: a browser shows it there (WHATWG HTML §4.12.3). Any other template shows nothing. Of an
/// element the first is shown, and what it holds beside it stays where it stands, as in a slot.
fn show_shadows(html: &mut Html) {
    let may_host = |name: &str| HOSTS.contains(&name) || name.contains('-');
    let is_row_of = |name: &str| matches!(name, "table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup");
    let mut hosts = HashSet::new();
    let shadows: Vec<_> = html.tree.nodes().filter(|node| node.value().as_element().is_some_and(is_shadow)).map(|node| node.id()).collect();
    for id in shadows {
        let Some(template) = html.tree.get(id) else { continue };
        let Some(parent) = template.parent().filter(|parent| parent.value().is_element()) else { continue };
        let called = |may: &dyn Fn(&str) -> bool| parent.value().as_element().is_some_and(|parent| may(parent.name()));
        // Between rows nothing is shown. Rows in no table a browser drops, and keeps what stands between them; here they are given one.
        let table = called(&is_row_of).then(|| {
            let mut around = std::iter::once(parent).chain(parent.ancestors());
            around.find(|node| node.value().as_element().is_some_and(|e| e.name() == "table")).map(|table| table.id())
        });
        let host = Some(parent.id()).filter(|_| table.is_some() || called(&may_host));
        let held = template.first_child().filter(|held| held.value().is_fragment());
        let Some(held) = held.filter(|_| host.is_some_and(|host| hosts.insert(host))) else { continue };
        let inner: Vec<_> = held.children().map(|child| child.id()).collect();
        let Some(mut place) = html.tree.get_mut(table.flatten().unwrap_or(id)) else { continue };
        for child in inner {
            place.insert_id_before(child);
        }
        if let Some(mut template) = html.tree.get_mut(id) {
            template.detach();
        }
    }
}

/// A text in pieces of about [`PIECE`] bytes, none of which cuts a character.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, after) = rest.split_at_checked(rest.floor_char_boundary(PIECE))?;
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// True for the attributes that something is read from, here or by the parser itself.
fn is_read(name: &str) -> bool {
    const OTHERS: [&str; 26] = [
        "style",
        "hidden",
        "dir",
        "value",
        "reversed",
        "role",
        "open",
        "label",
        "placeholder",
        "cite",
        "data",
        "poster",
        "action",
        "srcset",
        "data-src",
        "data-lazy-src",
        "data-lazy",
        "data-original",
        "data-orig-file",
        "data-url",
        "xlink:href",
        "data-href",
        "data-instgrm-permalink",
        "background",
        "srcdoc",
        "shadowrootmode",
    ];
    const SETS: [&str; 3] = ["data-srcset", "data-lazy-srcset", "data-text-post-permalink"];
    // What editors say of their lists, headings, embeds and emoji.
    const EDITORS: [&str; 13] = [
        "aria-level",
        "data-aria-level",
        "data-list",
        "data-stringify-indent",
        "data-stringify-emoji",
        "data-emoji",
        "data-oembed-url",
        "url",
        "videoid",
        "data-videoid",
        "data-tweetid",
        "data-shortcode",
        "data-ccp-parastyle",
    ];
    let plain = matches!(
        name,
        "href"
            | "src"
            | "alt"
            | "width"
            | "height"
            | "lang"
            | "class"
            | "start"
            | "id"
            | "name"
            | "colspan"
            | "rowspan"
            | "datetime"
            | "title"
            | "type"
            | "encoding"
            | "color"
            | "face"
            | "size"
            | super::escaping::VERBATIM
    );
    plain || OTHERS.contains(&name) || SETS.contains(&name) || EDITORS.contains(&name)
}

/// Between tokenizer and tree builder: takes off what is not read, and lets nothing through once a limit is reached.
struct Gate<'b> {
    builder: TreeBuilder<Handle, Counted<'b>>,
    /// Something came out since this was last looked at.
    progress: Cell<bool>,
    tables: RefCell<Tables>,
    page: RefCell<Vec<(String, String)>>,
}

impl Gate<'_> {
    /// What the parser would pass over in a body, though a page shows it.
    fn meet(&self, tag: &mut Tag) {
        if tag.kind != TagKind::StartTag {
            return;
        }
        if matches!(&*tag.name, "body" | "html") {
            let said = tag.attrs.iter().filter(|a| matches!(&*a.name.local, "style" | "background"));
            self.page.borrow_mut().extend(said.map(|a| (a.name.local.to_string(), a.value.to_string())));
        }
        if &*tag.name == "frame" && !self.adjusted_current_node_present_but_not_in_html_namespace() {
            tag.name = local_name!("embed");
            tag.attrs.push(Attribute { name: QualName::new(None, ns!(), FRAME.into()), value: StrTendril::new() });
        }
    }
}

impl TokenSink for Gate<'_> {
    type Handle = Handle;

    fn process_token(&self, mut token: Token, line: u64) -> TokenSinkResult<Handle> {
        let sink = &self.builder.sink;
        match &mut token {
            Token::ParseError(_) => return TokenSinkResult::Continue,
            Token::TagToken(tag) => {
                // Each name was compared with those before it.
                sink.spend(tag.attrs.len().saturating_mul(tag.attrs.len()).saturating_add(1));
                tag.attrs.retain(|a| is_read(&a.name.local));
                // The tree would keep the room of those that went.
                tag.attrs.shrink_to_fit();
                self.meet(tag);
                // Formatting elements are compared with those that are open, attribute by attribute.
                sink.spend(tag.attrs.len().saturating_mul(sink.deepest.get()));
            }
            Token::CommentToken(text) => text.clear(),
            _ => {}
        }
        self.progress.set(true);
        if sink.stopped.get().is_some() {
            return TokenSinkResult::Continue;
        }
        if let Some(kind) = self.tables.borrow_mut().meet(&token, self.adjusted_current_node_present_but_not_in_html_namespace()) {
            let tag = Tag { kind, name: local_name!("table"), self_closing: false, attrs: Vec::new(), had_duplicate_attributes: false };
            // A table begins or ends nothing that is read otherwise.
            _ = self.builder.process_token(Token::TagToken(tag), line);
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        if self.builder.sink.stopped.get().is_none() {
            self.builder.end();
        }
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

pub(super) type Handle = <HtmlTreeSink as TreeSink>::Handle;

/// The tree, and what was asked of it.
struct Counted<'b> {
    tree: HtmlTreeSink,
    budget: &'b Budget,
    elements: Cell<usize>,
    deepest: Cell<usize>,
    stopped: Cell<Option<TooMuch>>,
}

impl<'b> Counted<'b> {
    fn new(budget: &'b Budget) -> Self {
        let tree = HtmlTreeSink(RefCell::new(Html::new_fragment()));
        Self { tree, budget, elements: Cell::new(0), deepest: Cell::new(1), stopped: Cell::new(None) }
    }

    fn stop(&self, at: TooMuch) {
        self.stopped.set(self.stopped.get().or(Some(at)));
    }

    fn spend(&self, steps: usize) {
        if !self.budget.spend(steps) {
            self.stop(TooMuch::Steps);
        }
    }

    fn count(&self) {
        self.elements.set(self.elements.get().saturating_add(1));
        if self.elements.get() > limits::HTML_ELEMENTS {
            self.stop(TooMuch::Elements);
        }
    }

    /// Look how deep a node stands. Nothing is remembered of it: the parser moves whole branches.
    fn weigh(&self, node: Handle) {
        let tree = self.tree.0.borrow();
        let above = tree.tree.get(node).map_or(0, |n| n.ancestors().take(limits::HTML_DEPTH.saturating_add(1)).count());
        self.spend(above);
        self.deepest.set(self.deepest.get().max(above));
        if above > limits::HTML_DEPTH {
            self.stop(TooMuch::Depth);
        }
    }
}

impl TreeSink for Counted<'_> {
    type Output = Html;
    type Handle = Handle;
    type ElemName<'a>
        = <HtmlTreeSink as TreeSink>::ElemName<'a>
    where
        Self: 'a;

    fn finish(self) -> Html {
        self.tree.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.tree.set_quirks_mode(mode);
    }

    fn get_document(&self) -> Handle {
        self.tree.get_document()
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        self.spend(1);
        self.tree.same_node(x, y)
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Self::ElemName<'a> {
        self.spend(1);
        self.tree.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.count();
        self.tree.create_element(name, attrs, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        self.count();
        self.tree.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.count();
        self.tree.create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        let node = if let NodeOrText::AppendNode(node) = &child { Some(*node) } else { None };
        self.tree.append(parent, child);
        node.into_iter().for_each(|node| self.weigh(node));
    }

    fn append_before_sibling(&self, sibling: &Handle, new: NodeOrText<Handle>) {
        let node = if let NodeOrText::AppendNode(node) = &new { Some(*node) } else { None };
        self.tree.append_before_sibling(sibling, new);
        node.into_iter().for_each(|node| self.weigh(node));
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        let node = if let NodeOrText::AppendNode(node) = &child { Some(*node) } else { None };
        self.tree.append_based_on_parent_node(element, previous, child);
        node.into_iter().for_each(|node| self.weigh(node));
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.tree.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.tree.get_template_contents(target)
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.tree.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.tree.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let children = self.tree.0.borrow().tree.get(*node).map_or(0, |n| n.children().count());
        self.spend(children);
        self.tree.reparent_children(node, new_parent);
        self.weigh(*new_parent);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What stands how deep, without attributes.
    fn told(tree: &Html) -> Vec<(usize, String)> {
        let word = |node: &scraper::Node| match node {
            scraper::Node::Element(element) => element.name().to_owned(),
            scraper::Node::Text(text) => format!("{:?}", text.to_string()),
            _ => "!".to_owned(),
        };
        tree.root_element().descendants().map(|node| (node.ancestors().count(), word(node.value()))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn a_tree_that_grew_in_pieces_is_the_one_that_grew_at_once(
            html in prop_oneof![
                "(<(/?)(p|b|i|a href=x|ul|li|table|svg|script|style|textarea|pre|template|select|h3)>|<!--|-->|&amp;|&#x27;|&|\u{feff}|\r\n|\r|\n|<img alt=\"x>|\"|हि|[ -~]{0,40}){30,120}",
                // Rows and cells of no table get one, which no browser does.
                "<table>(<table>|<(/?)(p|b|i|a href=x|ul|li|tr|td|svg|script|style|textarea|pre|template|select|h3)>|<!--|-->|&amp;|&#x27;|&|\u{feff}|\r\n|\r|\n|<img alt=\"x>|\"|हि|[ -~]{0,40}){30,120}",
            ],
        ) {
            let grown = grow(&html, &Budget::of(html.len())).map(|grown| told(&grown.tree));
            prop_assert_eq!(grown, Ok(told(&Html::parse_fragment(&html))));
        }
    }
}

//! Preflight: looking words over before the public does.
//!
//! Pure: whatever has to be looked up (the source, dead links, how far behind) is handed in. A finding that is an error keeps words from
//! being published; a warning does not. A working copy may be unfinished, so what is merely not there yet (a headline) or not right yet is
//! said here and keeps nobody from saving. What is unsafe is refused or repaired on every save already: for that this is the last look, at
//! whatever found another way in.

mod han;
mod pictures;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use serde_json::{Value, json};
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

use self::han::Han;
pub use self::pictures::{Pictured, check_lead};
use super::{
    Locale, Violation,
    article::{Facts, Lead},
    body::{Block, Document, Node, anchors, doc, text::plain},
    content::TEXTS,
    media::MediaId,
    text::{bidi_balanced, is_blank, unescape},
    translation::Words,
    vocabulary::vocabulary,
    write_transaction,
};

vocabulary! {
    /// How grave a finding is.
    pub enum Severity {
        /// It keeps the words from being published.
        Error => "error",
        /// Somebody should look.
        Warning => "warning",
    }
}

vocabulary! {
    /// What was found.
    #[schema(as = FindingCode)]
    pub enum Code {
        /// No headline yet.
        MissingHeadline => "missing_headline",
        /// A heading more than one level below the one before.
        HeadingSkipped => "heading_skipped",
        /// A picture without alternative text.
        MissingAlt => "missing_alt",
        /// A picture without a credit.
        MissingCredit => "missing_credit",
        /// A picture that readers are not shown, or will not be, for its licence or because it was taken down.
        PictureNotLicensed => "picture_not_licensed",
        /// Text with an entity that readers see: `&#x27;`.
        DoubleEscaped => "double_escaped",
        /// A headline that lists and search engines cut.
        HeadlineTooLong => "headline_too_long",
        /// A link that a browser should not follow.
        UnsafeLink => "unsafe_link",
        /// A link into the site that leads nowhere.
        BrokenLink => "broken_link",
        /// Text in a script that the locale is not written in.
        WrongScript => "wrong_script",
        /// A paragraph that is the source's, letter by letter.
        Untranslated => "untranslated",
        /// Words whose source has moved on.
        StaleTranslation => "stale_translation",
        /// A locale of the site without words.
        MissingLocale => "missing_locale",
        /// A bidirectional control without its end.
        UnbalancedBidi => "unbalanced_bidi",
        /// A story without a body.
        EmptyBody => "empty_body",
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// How grave it is.
    pub severity: Severity,
    /// Where: a JSON pointer into the words (`#/body/content/3`), as the desk shows them.
    pub pointer: String,
    /// What, in words.
    pub detail: String,
    /// A merge patch on the words that would repair it, where one would.
    pub patch: Option<Value>,
}

/// Clusters of a headline from which on lists and search engines cut it.
const LONG_HEADLINE: usize = 110;
/// Letters from which on a paragraph that equals its source's was not translated; shorter ones may be names and figures.
const UNTRANSLATED_LETTERS: usize = 20;
/// Letters from which on a text beside the headline says something in a language; shorter ones may be a name.
const FOREIGN_LETTERS: usize = 12;
/// Han characters from which on a text without kana is hardly Japanese.
const HAN_ALONE: usize = 12;

/// Of an entity that readers see: an accident in nearly every story, and what it says in one about HTML.
const ESCAPED: &str = "readers see an escaped character; leave it where the story is about that";

/// What is handed in beside the words.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// Whether the story has a lead picture of which nothing but these words says in their locale what it shows.
    pub pictured: bool,
    /// The locale of the words.
    pub locale: &'a Locale,
    /// The words that these were made from, and their locale.
    pub source: Option<(&'a Locale, &'a Words)>,
    /// Links into the site that lead nowhere.
    pub dead_links: &'a [String],
    /// How many published revisions the source is ahead.
    pub behind: i32,
    /// What is to be known of the items of the media library that the body shows.
    pub library: &'a BTreeMap<MediaId, Pictured>,
}

impl<'a> Beside<'a> {
    /// Nothing beside words in this locale.
    #[must_use]
    pub fn nothing(locale: &'a Locale) -> Self {
        static NONE: BTreeMap<MediaId, Pictured> = BTreeMap::new();
        Self { pictured: false, locale, source: None, dead_links: &[], behind: 0, library: &NONE }
    }
}

impl Finding {
    /// A finding in words, as one in their article (`#/translations/hi/headline`).
    #[must_use]
    pub fn in_translation(self, locale: &Locale) -> Self {
        Self { pointer: self.pointer.replacen('#', &format!("#/translations/{locale}"), 1), ..self }
    }
}

struct Report<'a> {
    findings: Vec<Finding>,
    words: &'a Words,
}

impl Report<'_> {
    fn add(&mut self, code: Code, severity: Severity, pointer: impl Into<String>, detail: impl Into<String>) {
        self.repairable(code, severity, pointer, detail, None);
    }

    fn repairable(
        &mut self,
        code: Code,
        severity: Severity,
        pointer: impl Into<String>,
        detail: impl Into<String>,
        patch: impl Into<Option<Value>>,
    ) {
        self.findings.push(Finding { code, severity, pointer: pointer.into(), detail: detail.into(), patch: patch.into() });
    }
}

/// The merge patch that puts a value at a JSON pointer.
fn patch(pointer: &str, value: &str) -> Value {
    pointer.rsplit('/').take_while(|name| *name != "#").fold(json!(value), |inner, name| json!({ name: inner }))
}

/// Look words over.
#[must_use]
pub fn check(words: &Words, beside: Beside<'_>) -> Vec<Finding> {
    write_transaction::assert_none();
    let mut report = Report { findings: Vec::new(), words };
    let report_ref = &mut report;
    for text in TEXTS {
        text_field(report_ref, text.pointer, (text.of)(&words.content));
    }
    headed(report_ref);
    if words.content.headline.graphemes(true).count() > LONG_HEADLINE {
        let detail = format!("lists and search engines cut it after about {LONG_HEADLINE} characters");
        report_ref.add(Code::HeadlineTooLong, Severity::Warning, "#/headline", detail);
    }
    if beside.pictured && is_blank(&words.content.lead.alt) {
        report_ref.add(Code::MissingAlt, Severity::Warning, "#/lead/alt", "say what the lead picture shows, for those who cannot see it");
    }
    if words.body.blocks.is_empty() {
        report_ref.add(Code::EmptyBody, Severity::Warning, "#/body", "the story has no body");
    }
    for text in TEXTS {
        let said = (text.of)(&words.content);
        if text.pointer == "#/headline" {
            script(report_ref, text.pointer, said, beside.locale, Severity::Error);
        } else if said.chars().filter(|c| c.is_alphabetic()).count() >= FOREIGN_LETTERS {
            script(report_ref, text.pointer, said, beside.locale, Severity::Warning);
        }
    }
    body(report_ref, beside);
    if beside.behind > 0 {
        let detail = format!("the source has published {} newer revision(s)", beside.behind);
        report_ref.add(Code::StaleTranslation, Severity::Warning, "#/made_from", detail);
    }
    report.findings
}

/// What keeps words from being published, with pointers into their article. What only warns is not looked for: where links lead and what the
/// source says takes a look at much else.
#[must_use]
pub fn obstacles(words: &Words, locale: &Locale) -> Vec<Violation> {
    write_transaction::assert_none();
    let mut report = Report { findings: Vec::new(), words };
    headed(&mut report);
    TEXTS.iter().for_each(|text| bidi(&mut report, text.pointer, (text.of)(&words.content)));
    script(&mut report, "#/headline", &words.content.headline, locale, Severity::Error);
    for (n, block) in words.body.blocks.iter().enumerate() {
        let at = format!("#/body/content/content/{n}");
        bidi(&mut report, &at, &of_block(block));
        unsafe_links(&mut report, &at, block);
    }
    let grave = report.findings.into_iter().filter(|f| f.severity == Severity::Error).map(|f| f.in_translation(locale));
    grave.map(|f| Violation { pointer: f.pointer, code: f.code.as_str(), detail: f.detail }).collect()
}

/// Look the facts over that all locales share, and which of the site's locales have words.
#[must_use]
pub fn check_facts(facts: &Facts, missing: &[Locale]) -> Vec<Finding> {
    let warning = |code, pointer: String, detail: String| Finding { code, severity: Severity::Warning, pointer, detail, patch: None };
    let credit = facts.lead.as_ref().filter(|lead| matches!(lead, Lead::External(external) if is_blank(&external.credit)));
    let credit = credit.map(|_| warning(Code::MissingCredit, "#/lead/credit".to_owned(), "say whose the lead picture is".to_owned()));
    let locales =
        missing.iter().map(|l| warning(Code::MissingLocale, format!("#/translations/{l}"), format!("there are no words in `{l}`")));
    credit.into_iter().chain(locales).collect()
}

fn text_field(report: &mut Report<'_>, pointer: &str, text: &str) {
    let repaired = unescape(text);
    if repaired != text {
        report.repairable(Code::DoubleEscaped, Severity::Warning, pointer, ESCAPED, patch(pointer, &repaired));
    }
    bidi(report, pointer, text);
}

/// Words that have no headline have no name in any list, and no address.
fn headed(report: &mut Report<'_>) {
    if is_blank(&report.words.content.headline) {
        report.add(Code::MissingHeadline, Severity::Error, "#/headline", "nothing is published without a headline");
    }
}

fn bidi(report: &mut Report<'_>, at: &str, text: &str) {
    if !bidi_balanced(text) {
        report.add(Code::UnbalancedBidi, Severity::Error, at, "a bidirectional control has no end");
    }
}

fn unsafe_links(report: &mut Report<'_>, at: &str, block: &Block) {
    links(block, &mut |href| {
        if anchors::link(href).is_none() {
            report.add(Code::UnsafeLink, Severity::Error, at, format!("`{href}` is no address that a browser should follow"));
        }
    });
}

/// The scripts that words in a locale are written in, by its tag or after CLDR's likely subtags, under their name.
fn expected(locale: &Locale) -> Option<(String, Vec<Script>)> {
    let script = locale.likely().script?;
    let all = match script.as_str() {
        "Jpan" => vec![Script::Han, Script::Hiragana, Script::Katakana],
        "Kore" => vec![Script::Hangul],
        "Hans" | "Hant" => vec![Script::Han],
        name => vec![Script::from_short_name(name)?],
    };
    let name = match script.as_str() {
        "Jpan" => "Japanese".to_owned(),
        "Kore" => "Korean".to_owned(),
        "Hans" => "simplified Chinese".to_owned(),
        "Hant" => "traditional Chinese".to_owned(),
        _ => all.first()?.full_name().replace('_', " "),
    };
    Some((name, all))
}

/// Whether a language is usually written in several scripts, where its tag does not say in which: what is in another may be right.
fn is_of_several_scripts(locale: &Locale) -> bool {
    const SEVERAL: [&str; 20] =
        ["sr", "bs", "az", "uz", "kk", "ky", "tg", "tk", "tt", "ug", "ku", "ks", "sd", "mn", "ms", "ha", "mni", "sat", "doi", "zgh"];
    SEVERAL.contains(&locale.language()) && !locale.as_str().split('-').any(|part| part.len() == 4 && part.starts_with(char::is_alphabetic))
}

/// The letters of a text by script, those of many scripts left out.
fn scripts(text: &str) -> Vec<(Script, usize)> {
    let mut counted: Vec<(Script, usize)> = Vec::new();
    for script in text.chars().filter(|c| c.is_alphabetic()).map(|c| c.script()) {
        if matches!(script, Script::Common | Script::Inherited | Script::Unknown) {
            continue;
        }
        match counted.iter_mut().find(|(s, _)| *s == script) {
            Some((_, n)) => *n = n.saturating_add(1),
            None => counted.push((script, 1)),
        }
    }
    counted
}

fn script(report: &mut Report<'_>, pointer: &str, text: &str, locale: &Locale, gravest: Severity) {
    let Some((name, expected)) = expected(locale) else { return };
    let counted = scripts(text);
    let letters = counted.iter().fold(0usize, |sum, (_, n)| sum.saturating_add(*n));
    let own = counted.iter().filter(|(s, _)| expected.contains(s)).fold(0usize, |sum, (_, n)| sum.saturating_add(*n));
    let kana =
        counted.iter().filter(|(s, _)| matches!(s, Script::Hiragana | Script::Katakana)).fold(0usize, |sum, (_, n)| sum.saturating_add(*n));
    let foreign = letters.saturating_sub(own);
    let most = counted.into_iter().filter(|(s, _)| !expected.contains(s)).max_by_key(|(_, n)| *n);
    let wrong = most.filter(|(most, count)| match most {
        // Names and brands stand in Latin in any language: only when nearly all of it does, somebody should look.
        Script::Latin => count.saturating_mul(10) >= letters.saturating_mul(9),
        // A Japanese text has as many Han characters as a Chinese one.
        Script::Hiragana | Script::Katakana if expected == [Script::Han] => kana.saturating_mul(5) > letters,
        _ => foreign.saturating_mul(2) > letters,
    });
    let (severity, is) = if let Some((most, _)) = wrong {
        let grave = most != Script::Latin && !is_of_several_scripts(locale);
        (if grave { gravest } else { Severity::Warning }, most.full_name())
    } else if kana == 0 && expected.contains(&Script::Han) {
        let han = Han::of(text);
        let other = if expected.contains(&Script::Hiragana) {
            // Japanese has kana in nearly every sentence, Chinese in none.
            (han.is_chinese() || (foreign == 0 && letters >= HAN_ALONE)).then_some("Chinese")
        } else {
            locale.likely().script.and_then(|script| han.other_than(script.as_str()))
        };
        let Some(other) = other else { return };
        (Severity::Warning, other)
    } else {
        return;
    };
    report.add(Code::WrongScript, severity, pointer, format!("`{locale}` is written in {name}; this is {is}"));
}

fn body(report: &mut Report<'_>, beside: Beside<'_>) {
    let document = &report.words.body;
    let repaired = repaired(document);
    if repaired != *document {
        let patch = json!({ "body": { "format": "doc", "content": doc::write(&repaired) } });
        report.repairable(Code::DoubleEscaped, Severity::Warning, "#/body", ESCAPED, patch);
    }
    let sources: HashSet<String> = match beside.source {
        Some((from, words)) if from.language() != beside.locale.language() => words.body.blocks.iter().map(of_block).collect(),
        _ => HashSet::new(),
    };
    let mut level = 1;
    let dead: HashSet<&str> = beside.dead_links.iter().map(String::as_str).collect();
    for (n, block) in document.blocks.iter().enumerate() {
        let at = format!("#/body/content/content/{n}");
        let text = of_block(block);
        if text.chars().filter(|c| c.is_alphabetic()).count() >= UNTRANSLATED_LETTERS && sources.contains(&text) {
            report.add(Code::Untranslated, Severity::Warning, &at, "this is the source's paragraph, letter by letter");
        } else if matches!(block.node, Node::Paragraph(_) | Node::Heading { .. }) {
            // A paragraph may quote another language; a headline does not.
            script(report, &at, &text, beside.locale, Severity::Warning);
        }
        bidi(report, &at, &text);
        pictures(report, &at, block, beside.library);
        headings(report, &at, block, &mut level);
        unsafe_links(report, &at, block);
        anchors::look(std::slice::from_ref(block), &mut |href| {
            if anchors::link(href).is_some() && dead.contains(&**href) {
                let why = match &href.to {
                    // It is known what it leads to, and the link follows that.
                    Some(to) => format!(
                        "leads to the {} {}, which is not public yet, or no more: readers find nothing there until it is",
                        to.kind, to.id
                    ),
                    None => "leads nowhere on this site".to_owned(),
                };
                report.add(Code::BrokenLink, Severity::Warning, &at, format!("`{}` {why}", href.address));
            }
        });
    }
}

fn of_block(block: &Block) -> String {
    plain(&Document { blocks: vec![block.clone()] })
}

fn pictures(report: &mut Report<'_>, at: &str, block: &Block, library: &BTreeMap<MediaId, Pictured>) {
    if let Node::Image(image) = &block.node {
        let item = image.media.and_then(|id| library.get(&id));
        if is_blank(&image.alt) && !item.is_some_and(|item| item.told) {
            report.add(Code::MissingAlt, Severity::Warning, at, "say what the picture shows, unless it is decoration");
        }
        if is_blank(&image.credit) && !item.is_some_and(|item| item.credited) {
            report.add(Code::MissingCredit, Severity::Warning, at, "say whose the picture is");
        }
        for why in item.into_iter().flat_map(|item| &item.hindrances) {
            report.add(Code::PictureNotLicensed, Severity::Warning, at, why.clone());
        }
    }
    for child in block.node.children() {
        pictures(report, at, child, library);
    }
}

/// Headings in the order of the document; who is read to finds the way by their levels.
fn headings(report: &mut Report<'_>, at: &str, block: &Block, last: &mut u8) {
    if let Node::Heading { level, .. } = block.node {
        if level > last.saturating_add(1) {
            let detail = format!("a heading of level {level} follows level {last}; a level is skipped");
            report.add(Code::HeadingSkipped, Severity::Warning, at, detail);
        }
        *last = level;
    }
    for child in block.node.children() {
        headings(report, at, child, last);
    }
}

/// Every link of a block, at whatever depth.
pub fn links(block: &Block, told: &mut dyn FnMut(&str)) {
    anchors::look(std::slice::from_ref(block), &mut |href| told(href));
}

/// A body whose double-escaped entities are what they stand for.
fn repaired(document: &Document) -> Document {
    fn within(blocks: &mut [Block]) {
        for block in blocks {
            if !matches!(block.node, Node::CodeBlock { .. }) {
                block.node.texts_mut().into_iter().for_each(words);
            }
            within(block.node.children_mut());
        }
    }
    fn words(text: &mut String) {
        if let Cow::Owned(decoded) = unescape(text) {
            *text = decoded;
        }
    }
    let mut document = document.clone();
    within(&mut document.blocks);
    document
}

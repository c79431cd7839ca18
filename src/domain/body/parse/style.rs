//! What the `style` of an element says that a body can say too: a few properties, each with the values that editors write.

use scraper::ElementRef;

use super::super::Mark;

/// What frameworks call words that are read aloud, and seen by nobody.
const UNSEEN: [&str; 4] = ["visually-hidden", "sr-only", "screen-reader-text", "katex-html"];

/// The look of an element, as far as it is read.
#[expect(clippy::struct_excessive_bools, reason = "what a style says is yes or no in most cases")]
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Style {
    /// Marks that are on or off.
    said: Vec<(Mark, bool)>,
    /// Nobody sees it.
    pub(super) hidden: bool,
    /// What Word says of the lists that a paragraph stands in (`l0 level2 lfo1`), or that it is a marker of one (`Ignore`).
    list: Option<String>,
    /// How far it is set in, in points.
    pub(super) margin: Option<f64>,
    /// An item of a list without a marker.
    pub(super) unmarked: bool,
    /// It begins and ends a line, or does not, whatever element it is.
    pub(super) block: Option<bool>,
    /// Its lines are those that it is written in, or are not.
    pub(super) lines: Option<bool>,
    /// Its letters are all of one width.
    pub(super) monospaced: bool,
    /// What Word puts where several spaces or a tab stand.
    pub(super) spacer: bool,
    /// A remark of an editor's on the text.
    pub(super) remark: bool,
}

impl Style {
    pub(super) fn of(element: ElementRef<'_>) -> Self {
        let mut style = Self::default();
        let declarations = element.value().attr("style").unwrap_or_default().split(';');
        for (name, value) in declarations.filter_map(|d| d.split_once(':')) {
            style.declare(&name.trim().to_ascii_lowercase(), &value.trim().to_ascii_lowercase());
        }
        style.hidden |= element.value().attr("hidden").is_some() || element.value().classes().any(|class| UNSEEN.contains(&class));
        style
    }

    fn declare(&mut self, name: &str, value: &str) {
        let value = value.split('!').next().unwrap_or_default().trim();
        match (name, value) {
            ("font-weight", "bold" | "bolder") => self.say(Mark::Bold, true),
            ("font-weight", "normal" | "lighter") => self.say(Mark::Bold, false),
            ("font-weight", number) => {
                if let Ok(weight) = number.parse::<u16>() {
                    self.say(Mark::Bold, weight >= 600);
                }
            }
            // In the shorthand the looks stand before the size.
            ("font", looks) => {
                for look in
                    looks.split_ascii_whitespace().take_while(|word| !word.contains("px") && !word.contains("pt") && !word.contains("em"))
                {
                    match (look, look.parse::<u16>()) {
                        ("italic" | "oblique", _) => self.say(Mark::Italic, true),
                        ("bold" | "bolder", _) | (_, Ok(600..)) => self.say(Mark::Bold, true),
                        _ => {}
                    }
                }
            }
            ("font-style", "italic" | "oblique") => self.say(Mark::Italic, true),
            ("font-style", "normal") => self.say(Mark::Italic, false),
            ("text-decoration" | "text-decoration-line", lines) => {
                for line in lines.split_ascii_whitespace() {
                    match line {
                        "underline" => self.say(Mark::Underline, true),
                        "line-through" => self.say(Mark::Strike, true),
                        "none" => {
                            self.say(Mark::Underline, false);
                            self.say(Mark::Strike, false);
                        }
                        _ => {}
                    }
                }
            }
            ("vertical-align", "sub") => self.say(Mark::Sub, true),
            ("vertical-align", "super") => self.say(Mark::Sup, true),
            ("vertical-align", "baseline") => {
                self.say(Mark::Sub, false);
                self.say(Mark::Sup, false);
            }
            ("display", "none") | ("visibility", "hidden" | "collapse") => self.hidden = true,
            ("mso-list", list) => self.list = Some(list.to_owned()),
            ("list-style" | "list-style-type", list) => self.unmarked = list.split_ascii_whitespace().any(|word| word == "none"),
            ("display", "block" | "flex" | "grid" | "table" | "flow-root" | "list-item") => self.block = Some(true),
            ("display", "inline" | "inline-block" | "inline-flex") => self.block = Some(false),
            ("font-family", fonts) => self.monospaced = fonts.contains("monospace"),
            ("white-space", "pre" | "pre-wrap" | "pre-line" | "break-spaces") => self.lines = Some(true),
            ("white-space", "normal" | "nowrap") => self.lines = Some(false),
            ("margin-left", length) => self.margin = points(length),
            ("mso-spacerun" | "mso-tab-count", _) => self.spacer = true,
            ("mso-element", "comment-list" | "comment") | ("mso-special-character", "comment") => self.remark = true,
            _ => {}
        }
    }

    /// The level in lists of Word's, from one.
    pub(super) fn level(&self) -> Option<usize> {
        let level = self.list.as_deref()?.split_ascii_whitespace().find_map(|part| part.strip_prefix("level"));
        level.and_then(|level| level.parse().ok()).filter(|level| *level > 0)
    }

    /// True for the marker of an item of Word's.
    pub(super) fn is_marker(&self) -> bool {
        self.list.as_deref() == Some("ignore")
    }

    fn say(&mut self, mark: Mark, on: bool) {
        self.said.retain(|(old, _)| *old != mark);
        self.said.push((mark, on));
    }

    /// Whether the look says that a mark is on, or off.
    pub(super) fn says(&self, mark: &Mark) -> Option<bool> {
        self.said.iter().find(|(said, _)| said == mark).map(|(_, on)| *on)
    }

    /// Apply the marks that the style sets or unsets. Lines through words and under them are not taken off by what stands within, as in a browser,
    /// and a line under a link is how links look.
    pub(super) fn apply(&self, marks: &mut Vec<Mark>) {
        for (mark, on) in &self.said {
            let there = marks.contains(mark);
            let of_link = *mark == Mark::Underline && marks.iter().any(|m| matches!(m, Mark::Link { .. }));
            match on {
                true if !there && !of_link => marks.push(mark.clone()),
                false if there && matches!(mark, Mark::Bold | Mark::Italic) => marks.retain(|m| m != mark),
                _ => {}
            }
        }
    }
}

/// A length of CSS in points.
fn points(length: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 5] = [("pt", 1.0), ("px", 0.75), ("cm", 72.0 / 2.54), ("mm", 72.0 / 25.4), ("in", 72.0)];
    let of = |(unit, size): &(&str, f64)| length.strip_suffix(unit).and_then(|n| n.trim().parse::<f64>().ok()).map(|n| n * size);
    UNITS.iter().find_map(of).or_else(|| (length == "0").then_some(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(style: &str) -> Vec<(Mark, bool)> {
        let mut read = Style::default();
        for (name, value) in style.split(';').filter_map(|d| d.split_once(':')) {
            read.declare(name, value);
        }
        read.said
    }

    #[test]
    fn only_the_properties_that_a_body_can_say_are_read_and_the_last_of_each_counts() {
        assert_eq!(said("font-weight:400;font-weight:700"), [(Mark::Bold, true)]);
        assert_eq!(said("font-weight:600 !important"), [(Mark::Bold, true)]);
        assert_eq!(said("font-weight:inherit;font-style:initial;color:red;text-decoration:overline"), []);
        assert_eq!(said("text-decoration:line-through solid red"), [(Mark::Strike, true)]);
        assert_eq!(said("font:italic 700 12px/1.4 Georgia"), [(Mark::Italic, true), (Mark::Bold, true)]);
        assert_eq!(said("font:7.0pt \"Times New Roman\""), []);
        assert_eq!(said("vertical-align:super"), [(Mark::Sup, true)]);
    }
}

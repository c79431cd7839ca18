//! Lines of Markdown: what ends one, and what ends a table.

use dateline::domain::body::{budget::Budget, html, markdown};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    law::{LINES, markdown_as_html, of_page, unaccounted},
    mint,
};

/// What is read of a text, and what reading it cost.
fn read(text: &str) -> (String, u64) {
    let budget = Budget::of(text.len());
    (format!("{:?}", markdown::read_within(text, &mut mint(), &budget, None)), budget.spent())
}

/// The same text with its lines ended as on other systems.
fn ended_otherwise(text: &str) -> [String; 2] {
    ["\r\n", "\r"].map(|end| text.replace('\n', end))
}

proptest! {
    #[test]
    fn a_text_is_the_same_however_its_lines_end(lines in vec((select(&LINES[..]), any::<bool>()), 1..12)) {
        let text: String = lines.iter().map(|(line, parted)| format!("{line}\n{}", if *parted { "\n" } else { "" })).collect();
        for other in ended_otherwise(&text) {
            prop_assert_eq!(read(&other), read(&text));
        }
    }
}

#[test]
fn what_costs_too_much_is_refused_for_the_same_price_however_its_lines_end() {
    let opened = |sign: &str, times: usize| format!("x\n{}x\n{}y", sign.repeat(times), "\n".repeat(2_000));
    let texts = [opened("- ", 5_000), opened("> ", 5_000), opened("1. ", 5_000), "*\n".repeat(300_000), "|a|\n|-|\n    x\n".repeat(150)];
    let mut refused = 0;
    for text in texts {
        let (plain, cost) = read(&text);
        refused += usize::from(plain.starts_with("Err"));
        for other in ended_otherwise(&text) {
            assert_eq!(read(&other), (plain.clone(), cost), "{:?}", text.get(..20));
        }
    }
    assert!(refused >= 3, "{refused}");
}

/// A line behind the rows of a table that is indented as code is, in whatever it stands: what GitHub shows of it is what is read.
#[test]
fn an_indented_line_ends_a_table_wherever_it_stands() {
    let table = ["| a | b |", "| - | - |", "| c | d |"];
    let each = |first: &str, rest: &str, last: &str| {
        let mut lines = vec![format!("{first}{}", table[0])];
        lines.extend(table[1..].iter().map(|row| format!("{rest}{row}")));
        lines.push(last.to_owned());
        // A note that nobody refers to is shown by nobody but here, and what is defined in one is not known everywhere.
        let refers = if first.starts_with("[^n]") { "[^n]" } else { "[a]" };
        lines.extend((refers == "[a]").then(|| format!("{rest}[a]: https://x.example/d")));
        format!("{}\n\n{refers}\n", lines.join("\n"))
    };
    let mut compared = 0;
    for (first, rest) in [
        ("", ""),
        ("> ", "> "),
        (">", ">"),
        ("- ", "  "),
        ("-   ", "    "),
        ("10. ", "    "),
        ("> - ", ">   "),
        ("- > ", "  > "),
        ("1. - ", "     "),
        ("  ", "  "),
        ("- a\n\n  ", "  "),
        ("[^n]: x\n\n    ", "    "),
    ] {
        for indent in ["   ", "    ", "     ", "        ", "\t", " \t", "  \t"] {
            for row in ["indented", "e | f", "| e | f |"] {
                let text = each(first, rest, &format!("{rest}{indent}{row}"));
                for text in [text.clone(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
                    let page = markdown_as_html(&text.replace("\r\n", "\n").replace('\r', "\n"));
                    let (document, warnings) = markdown::read(&text, &mut mint()).unwrap();
                    let wrong = unaccounted(&of_page(&page, false), &document, &warnings);
                    assert!(wrong.is_empty(), "{text:?}\n{wrong:#?}\n{page}\n{}", html::write(&document));
                    let said = html::write(&document);
                    assert_eq!(page.matches("<pre>").count(), said.matches("<pre>").count(), "{text:?}\n{page}\n{said}");
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 12 * 7 * 3 * 3);
}

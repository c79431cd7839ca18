//! Tables, and those that only lay out a page.

use scraper::ElementRef;

use super::{
    super::{Block, Cell, Mark, Node, Row},
    Builder, Context, is_blank,
    style::Style,
};
use crate::domain::text::limits;

/// Elements that no cell can hold: what stands alone in a table with one of them is set in a frame, not tabled.
const LAID_OUT: [&str; 14] = ["table", "ul", "ol", "dl", "blockquote", "pre", "figure", "img", "iframe", "h1", "h2", "h3", "h4", "h5"];

fn elements<'t>(parent: ElementRef<'t>, names: &'static [&'static str]) -> impl Iterator<Item = ElementRef<'t>> {
    parent.children().filter_map(ElementRef::wrap).filter(move |e| names.contains(&e.value().name()))
}

impl<'t> Context<'_> {
    pub(super) fn table(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        for caption in elements(element, &["caption"]) {
            self.element(builder, caption, marks);
        }
        self.tell_between(element);
        let mut rows = Vec::new();
        // As they are shown, whatever their order.
        for group in [&["thead"][..], &["tbody"], &["tfoot"]].into_iter().flat_map(|name| elements(element, name)) {
            let Some(around) = self.part(group, marks) else { continue };
            let all: Vec<_> = elements(group, &["tr"]).filter_map(|row| Some((row, self.part(row, &around)?))).collect();
            let count = all.len();
            rows.extend(all.into_iter().enumerate().map(|(n, (row, marks))| (row, count.saturating_sub(n), marks)));
        }
        if self.lays_out(element, &rows) {
            self.drop("a table that only lays out what is in its cells");
            for (row, _, around) in rows {
                for cell in elements(row, &["td", "th"]) {
                    let Some(marks) = self.part(cell, &around) else { continue };
                    self.children(builder, cell, &marks);
                    self.flush(builder);
                }
            }
            return;
        }
        let mut beside = Vec::new();
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|(row, left, marks)| elements(row, &["td", "th"]).map(|cell| self.cell(cell, left, &marks, &mut beside)).collect())
            .collect();
        if rows.iter().any(|row| !row.is_empty()) {
            self.finish(builder, Node::Table(rows));
        }
        builder.done.extend(beside);
    }

    /// The pictures of what a table has beside its rows and cells: of columns, and of forms, which the parser leaves empty between rows.
    fn tell_between(&mut self, element: ElementRef<'t>) {
        elements(element, &["col", "colgroup", "form"]).for_each(|e| self.tell_behind(e));
        // Three levels at most: the parser puts nothing else between a table and its cells.
        elements(element, &["colgroup", "thead", "tbody", "tfoot", "tr"]).for_each(|e| self.tell_between(e));
    }

    /// The marks of what stands in a group, a row or a cell; nothing, where a page hides it.
    fn part(&mut self, element: ElementRef<'t>, around: &[Mark]) -> Option<Vec<Mark>> {
        let style = Style::of(element);
        if style.hidden {
            self.lose("what a page hides", element);
            return None;
        }
        self.own(element, &mut []);
        Some(self.marks(element, &style, around).unwrap_or_else(|| around.to_vec()))
    }

    /// True for a table that says so, and for a single cell with what no cell can hold.
    fn lays_out(&mut self, table: ElementRef<'t>, rows: &[(ElementRef<'t>, usize, Vec<Mark>)]) -> bool {
        if table.value().attr("role").is_some_and(|role| matches!(role, "presentation" | "none")) {
            return true;
        }
        let mut cells = rows.iter().flat_map(|(row, ..)| elements(*row, &["td", "th"]));
        let mut holds = |cell: ElementRef<'t>, names: &[&str]| {
            self.spend(cell.descendants().count());
            cell.descendants().filter_map(ElementRef::wrap).skip(1).any(|e| names.contains(&e.value().name()))
        };
        match (cells.next(), cells.next()) {
            (Some(only), None) => holds(only, &LAID_OUT),
            _ => rows.iter().flat_map(|(row, ..)| elements(*row, &["td"])).any(|cell| holds(cell, &["table"])),
        }
    }

    /// A cell in the first of so many rows of its group, beyond which none reaches (WHATWG HTML §4.9.12.1).
    fn cell(&mut self, element: ElementRef<'t>, rows: usize, marks: &[Mark], beside: &mut Vec<Block>) -> Cell {
        let value = element.value();
        let number = |name| value.attr(name).map(str::trim).and_then(|n| n.parse::<u16>().ok());
        let rows = u16::try_from(rows).unwrap_or(limits::ROWSPAN).min(limits::ROWSPAN);
        let colspan = number("colspan").filter(|n| *n > 0).unwrap_or(1).min(limits::COLSPAN);
        let rowspan = match number("rowspan") {
            Some(0) => rows,
            Some(n) => n.min(rows),
            None => 1,
        };
        let (text, others) = self.part(element, marks).map(|marks| self.line(element, &marks)).unwrap_or_default();
        beside.extend(others);
        Cell { header: value.name() == "th", colspan, rowspan, text: if is_blank(&text) { Vec::new() } else { text } }
    }
}

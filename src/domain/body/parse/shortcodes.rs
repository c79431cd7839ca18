//! Shortcodes of `WordPress`, told, and as far as a body can say so what they mean.

use super::{
    super::{Block, Image, Mark, Node, shortcodes::Shortcode, text::of_inlines},
    Builder, Context, addresses,
    balance::fits,
    is_blank,
    losses::Loss,
    trimmed,
};
use crate::domain::text::{folded, limits};

fn caption_of(blocks: &mut [Block]) -> Option<&mut Image> {
    match blocks {
        [Block { node: Node::Image(image), .. }] if image.caption.is_empty() && image.credit.is_empty() => Some(image),
        _ => None,
    }
}

impl<'t> Context<'_> {
    /// Words with the shortcodes in them, which are told. Only HTML that was made elsewhere has any.
    pub(super) fn text(&mut self, builder: &mut Builder<'t>, text: &str, marks: &[Mark]) {
        let mut rest = text;
        // Ends: each round goes past a shortcode.
        while let Some((at, code)) = Shortcode::first(rest).filter(|_| self.repair) {
            self.words(&mut builder.line, rest.get(..at.start).unwrap_or_default(), marks);
            self.shortcode(builder, rest.get(at.clone()).unwrap_or_default(), &code);
            rest = rest.get(at.end..).unwrap_or_default();
        }
        self.words(&mut builder.line, rest, marks);
    }

    fn shortcode(&mut self, builder: &mut Builder<'t>, said: &str, code: &Shortcode<'_>) {
        let words = self.clean(said);
        self.losses.note("a shortcode of WordPress", &Loss { words, ..Loss::default() });
        match code {
            Shortcode::Other => {}
            Shortcode::Embed(url) => {
                self.flush(builder);
                let url = addresses::web(url).unwrap_or_default();
                self.embed(builder, addresses::shown(&url).unwrap_or(url), String::new());
            }
            Shortcode::Caption { ends: false } => {
                self.flush(builder);
                builder.captioned = Some((builder.done.len(), self.met.begin()));
            }
            Shortcode::Caption { ends: true } => {
                let before = builder.captioned.take();
                let image = before.and_then(|(at, _)| builder.done.get_mut(at..)).and_then(caption_of);
                let line = trimmed(std::mem::take(&mut builder.line));
                if let Some(image) = image.filter(|_| fits(&folded(&of_inlines(&line)), limits::CAPTION) && !is_blank(&line)) {
                    self.met.line_from(before.map_or(0, |(_, links)| links));
                    image.caption = self.plain(&line, "a caption");
                } else {
                    builder.line = line;
                    self.flush(builder);
                }
            }
        }
    }
}

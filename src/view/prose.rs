//! Prose: paragraphs, lists, text as it stands.

use super::text::{fit, wrap};
use super::theme::Palette;
use crate::lesson::{Block, Inline, Prose};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

/// Prose in lines of `width` cells, an empty line between blocks; `base` is the style of plain text.
pub(super) fn lines(
    prose: &Prose,
    width: usize,
    base: Style,
    palette: Palette,
) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut previous: Option<&Block> = None;
    for block in &prose.0 {
        let list = matches!((previous, block), (Some(Block::Item(..)), Block::Item(..)));
        if previous.is_some() && !list {
            lines.push(Line::default());
        }
        lines.extend(block_lines(block, width, base, palette));
        previous = Some(block);
    }
    lines
}

fn block_lines(block: &Block, width: usize, base: Style, palette: Palette) -> Vec<Line<'static>> {
    match block {
        Block::Paragraph(inlines) => wrap(&runs(inlines, base, palette), width, 0),
        Block::Item(marker, inlines) => {
            let lead = format!("{marker} ");
            let mut all = vec![(lead.as_str(), palette.accent())];
            all.extend(runs(inlines, base, palette));
            wrap(&all, width, marker.chars().count() + 1)
        }
        Block::Verbatim(text) => {
            let style = palette.code();
            let line =
                |line: &str| Line::from(Span::styled(fit(&format!("  {line}"), width), style));
            text.trim_end().lines().map(line).collect()
        }
    }
}

/// Runs of text with their styles.
pub(super) fn runs(inlines: &[Inline], base: Style, palette: Palette) -> Vec<(&str, Style)> {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) => (text.as_str(), base),
            Inline::Emphasis(text) => (text.as_str(), base.add_modifier(Modifier::ITALIC)),
            Inline::Strong(text) => (text.as_str(), base.add_modifier(Modifier::BOLD)),
            Inline::Code(text) => (text.as_str(), palette.code()),
        })
        .collect()
}

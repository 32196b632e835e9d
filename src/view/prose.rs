//! Prose: paragraphs, lists, text as it stands.

use super::text::wrap;
use super::theme::Palette;
use crate::lesson::{Block, Inline, Prose};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

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
            // Wrapped, not cut: what is to be typed must be there to its last character.
            let line = |line: &str| wrap(&[("  ", style), (line, style)], width, 6);
            text.trim_end().lines().flat_map(line).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Theme;

    #[test]
    fn text_that_stands_as_it_is_keeps_its_lines_and_loses_nothing() {
        let palette = Palette::of(Theme::Mono);
        let prose = Prose(vec![Block::Verbatim(
            "if (p)\n    use(p, PROT_READ | PROT_WRITE);\n\nend();\n".to_owned(),
        )]);
        let text: Vec<String> = lines(&prose, 24, palette.text(), palette)
            .iter()
            .map(|line| line.to_string().trim_end().to_owned())
            .collect();
        assert_eq!(
            text,
            [
                "  if (p)",
                "      use(p, PROT_READ |",
                "      PROT_WRITE);",
                "",
                "  end();",
            ]
        );
    }
}

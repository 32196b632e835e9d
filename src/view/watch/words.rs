//! What is going on, in plain words: what changed first; each sentence with the lesson that shows the same.

use crate::app::watching::Watching;
use crate::app::watching::pane::Pane;
use crate::view::canvas::Canvas;
use crate::view::text::wrap;
use crate::view::theme::Palette;
use crate::watch::Word;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Rows that all sentences take.
pub(super) fn height(watch: &Watching, width: u16) -> u16 {
    let width = usize::from(width).saturating_sub(1);
    let palette = Palette::of(crate::app::Theme::Mono);
    let rows = watch
        .words
        .iter()
        .map(|word| sentence(word, (true, false), width, palette).len());
    rows.sum::<usize>() as u16
}

/// Draws the sentences, the chosen one among them.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    if watch.words.is_empty() {
        return canvas.text(area, (0, 0), watch.unread(), palette.dim());
    }
    let focused = watch.bench.focus == Pane::Words;
    let width = usize::from(area.width).saturating_sub(1);
    let mut lines = Vec::new();
    let mut places = Vec::new();
    for (index, word) in watch.words.iter().enumerate() {
        let chosen = focused && index == watch.word;
        let is_change = index == 0 && watch.mark.past().is_some();
        let from = lines.len();
        lines.extend(sentence(word, (chosen, is_change), width, palette));
        places.push(from..lines.len());
    }
    let shown = places.get(watch.word).cloned().unwrap_or(0..0);
    let height = usize::from(area.height);
    let offset = if focused {
        shown.end.saturating_sub(height).min(shown.start)
    } else {
        0
    };
    canvas.lines(area, &lines, offset as u16);
    if lines.len() > offset + height {
        let edge = (area.width.saturating_sub(1), area.height.saturating_sub(1));
        canvas.text(area, edge, "↓", palette.accent());
    }
    for (index, place) in places.into_iter().enumerate() {
        let from = place.start.saturating_sub(offset).min(height);
        let to = place.end.saturating_sub(offset).min(height);
        let rows = Rect {
            y: area.y + from as u16,
            height: (to - from) as u16,
            ..area
        };
        canvas.seen.watch.items.push((rows, Pane::Words, index));
    }
}

fn sentence(
    word: &Word,
    (chosen, is_change): (bool, bool),
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let mark = if chosen { "▸ " } else { "· " };
    let style = match (chosen, is_change) {
        (true, _) => palette.heading(),
        (false, true) => palette.changed(),
        (false, false) => palette.text(),
    };
    let proof = word.proof.map_or_else(String::new, |proof| {
        let enter = if chosen { "Enter: " } else { "" };
        format!(
            " → {enter}lesson {}, step {}: {}",
            proof.lesson, proof.step, proof.title
        )
    });
    let lead = if chosen {
        palette.accent()
    } else {
        palette.dim()
    };
    let link = if chosen {
        palette.accent()
    } else {
        palette.code()
    };
    wrap(
        &[(mark, lead), (&word.text, style), (&proof, link)],
        width,
        2,
    )
}

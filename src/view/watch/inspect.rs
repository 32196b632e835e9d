//! All that is known of the chosen VMA: its line of maps and its block of smaps, every field in plain words, with where
//! it was read.

use crate::app::watching::Watching;
use crate::mem::Reading;
use crate::view::canvas::Canvas;
use crate::view::inspect::{Sheet, mapping};
use crate::view::overlay;
use crate::view::text::wrap;
use crate::view::theme::Palette;
use crate::watch::change::plus;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws what is known, scrolled by `offset` rows.
pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching, offset: u16) {
    let inner = overlay::frame(canvas, area, (100, 60), "the VMA");
    let lines = lines(watch, usize::from(inner.width), canvas.palette);
    overlay::scrolled(canvas, inner, &lines, offset);
}

fn lines(watch: &Watching, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let Some((vmas, line)) = watch.chosen() else {
        let text = "The chosen VMA is no longer there.";
        return wrap(&[(text, palette.text())], width, 0);
    };
    let pid = watch.subject.pid;
    let mut sheet = Sheet::new(width, palette);
    mapping::maps(&mut sheet, pid, &vmas.vma(line));
    let age = watch.age_of_sizes();
    let age = age.map_or_else(String::new, |age| format!(", read {age}"));
    sheet.head("Its memory", &format!("/proc/{pid}/smaps, its block{age}"));
    let index = watch.chosen_index();
    let area = watch.areas().zip(index);
    let area = area.and_then(|(areas, index)| Some((areas, watch.list.area(index, areas)?)));
    match area {
        Some((areas, area)) => {
            if let Some(by) = changed(watch) {
                sheet.row("", &plus(by), "of Rss since the mark, or the look before");
            }
            mapping::numbers(&mut sheet, |field| {
                area.sizes
                    .get(field)
                    .map_or_else(|| Reading::unknown("not in smaps here"), Reading::Known)
            });
            mapping::flags(&mut sheet, areas.flags(area).split_ascii_whitespace());
        }
        None => sheet.row("…", &missing(watch), ""),
    }
    sheet.lines
}

/// By how much its RSS changed.
fn changed(watch: &Watching) -> Option<i64> {
    let place = watch.list.place(watch.chosen_index()?)?;
    let by = watch.mark.differences()?.rss.get(place).copied()??;
    (by != 0).then_some(by)
}

/// Why there are no sizes.
fn missing(watch: &Watching) -> String {
    match watch.sizes.as_ref().map(|sizes| &sizes.value) {
        Some(Reading::Unknown(why)) => why.clone(),
        Some(Reading::Known(_)) => "it came after smaps was read last".to_owned(),
        None => watch.unread().to_owned(),
    }
}

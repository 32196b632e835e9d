//! A place on the screen that one panel has, or that several share: its title, or their names as tabs; then the panel
//! that is shown.

use super::{events, family, grid, list, map, output, rss, words};
use crate::app::watching::Watching;
use crate::app::watching::pane::Pane;
use crate::view::canvas::{Canvas, below};
use crate::view::text::fit;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Draws the panel that is shown of those that share the place.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching, panes: &[Pane]) {
    if area.height < 2 {
        return;
    }
    let shown = watch.bench.shown(panes);
    canvas.seen.watch.panes.push((area, shown));
    let focused = watch.bench.focus == shown;
    let (bar, rule) = if focused {
        ("━", canvas.palette.accent())
    } else {
        ("─", canvas.palette.rule())
    };
    canvas.text(area, (0, 0), &bar.repeat(usize::from(area.width)), rule);
    let mut column = 1;
    // With little room, one space stands between two tabs.
    let tabs: usize = panes.iter().map(|pane| pane.name().width() + 4).sum();
    let is_tight = panes.len() > 1 && tabs + 3 > usize::from(area.width);
    for pane in panes {
        let text = if *pane == shown {
            let mark = if focused { "▸" } else { "" };
            let mut long = format!(" {mark}{} {} ", pane.digit(), title(*pane, watch));
            if panes.len() > 1 {
                long = format!(" {mark}{} {} ", pane.digit(), pane.name());
            }
            long
        } else {
            format!(" {} {} ", pane.digit(), pane.name())
        };
        let text = match text.strip_prefix(' ') {
            Some(rest) if is_tight && column > 1 => rest.to_owned(),
            _ => text,
        };
        let room = usize::from(area.width).saturating_sub(usize::from(column) + 1);
        let is_last_space = text.width() == room + 1 && text.ends_with(' ');
        let text = fit(
            if is_last_space {
                text.trim_end()
            } else {
                &text
            },
            room,
        );
        let style = match (*pane == shown, focused) {
            (true, true) => canvas.palette.accent(),
            (true, false) if panes.len() > 1 => canvas.palette.heading(),
            _ => canvas.palette.dim(),
        };
        canvas.text(area, (column, 0), &text, style);
        let width = text.width() as u16;
        if panes.len() > 1 {
            let tab = Rect {
                x: area.x + column,
                y: area.y,
                width,
                height: 1,
            };
            canvas.seen.watch.panes.push((tab, *pane));
        }
        column += width;
    }
    if panes.len() > 1 {
        note(canvas, area, column, &detail(shown, watch));
    }
    contents(canvas, below(area, 1), watch, shown);
}

/// What a title would say, at the right of the tabs, if there is room for it.
fn note(canvas: &mut Canvas<'_>, area: Rect, from: u16, text: &str) {
    let width = text.width() as u16;
    if width > 0 && from + width + 4 <= area.width {
        let style = canvas.palette.dim();
        canvas.text(
            area,
            (area.width - width - 3, 0),
            &format!(" {text} "),
            style,
        );
    }
}

fn contents(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching, pane: Pane) {
    match pane {
        Pane::Words => words::draw(canvas, area, watch),
        Pane::Rss => rss::draw(canvas, area, watch),
        Pane::Vmas => list::draw(canvas, area, watch),
        Pane::Map => map::draw(canvas, area, watch),
        Pane::Pages => grid::draw(canvas, area, watch),
        Pane::Family => family::draw(canvas, area, watch),
        Pane::Events => events::draw(canvas, area, watch),
        Pane::Output => output::draw(canvas, area, watch),
    }
}

/// The title of a panel that has a place of its own.
fn title(pane: Pane, watch: &Watching) -> String {
    let name = match pane {
        Pane::Words => "in plain words",
        Pane::Rss => "where RSS goes",
        pane => pane.name(),
    };
    match detail(pane, watch) {
        detail if detail.is_empty() => name.to_owned(),
        detail => format!("{name} · {detail}"),
    }
}

/// What a panel says about itself.
fn detail(pane: Pane, watch: &Watching) -> String {
    match pane {
        Pane::Words | Pane::Output => String::new(),
        Pane::Rss => rss::detail(watch),
        Pane::Vmas => list::detail(watch),
        Pane::Map => map::detail(watch),
        Pane::Pages => grid::detail(watch),
        Pane::Family => family::detail(watch),
        Pane::Events => events::detail(watch),
    }
}

//! The process and those below it, side by side with their memory.

use super::number::short;
use crate::app::watching::Watching;
use crate::app::watching::pane::Pane;
use crate::lesson::visible::visible_line;
use crate::mem::Field;
use crate::mem::Reading;
use crate::view::canvas::{Canvas, below};
use crate::view::text::{fit, wrap};
use crate::view::theme::Palette;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// What the panel says about itself.
pub(super) fn detail(watch: &Watching) -> String {
    match watch.family.as_deref() {
        None => String::new(),
        Some([]) => "none below".to_owned(),
        Some(kin) => format!("{} below, found by polling", kin.len()),
    }
}

/// A row: its number, empty where it is of several, depth, command, RSS and PSS.
struct Row {
    pid: String,
    depth: usize,
    command: String,
    rss: Option<Reading<u64>>,
    pss: Option<Reading<u64>>,
}

/// Draws the tree.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let head = format!("{:>8}{:>8}  process", "rss", "pss");
    canvas.text(area, (0, 0), &head, palette.dim());
    let body = below(area, 1);
    let rows = rows(watch);
    let height = usize::from(body.height);
    let top = (watch.kin + 1)
        .saturating_sub(height)
        .min(rows.len().saturating_sub(height));
    for (at, (index, row)) in rows.iter().enumerate().skip(top).take(height).enumerate() {
        let place = Rect {
            y: body.y + at as u16,
            height: 1,
            ..body
        };
        let line = line(row, usize::from(area.width), palette);
        canvas.line(place, 0, &line);
        if index == watch.kin && watch.bench.focus == Pane::Family {
            canvas.fill(place, palette.chosen());
        }
        canvas.seen.watch.items.push((place, Pane::Family, index));
    }
    if rows.len() > 1 && rows.len() < height {
        let line = line(&together(&rows), usize::from(area.width), palette);
        canvas.line(below(body, rows.len() as u16), 0, &line);
    }
    if watch.family.as_ref().is_some_and(Vec::is_empty) && height > 2 {
        let text = "No process is below it. They are looked for again and again; one that lives but shortly is missed.";
        let lines = wrap(&[(text, palette.dim())], usize::from(area.width), 0);
        canvas.lines(below(body, 2), &lines, 0);
    }
}

fn rows(watch: &Watching) -> Vec<Row> {
    let sum = |field| {
        let sizes = watch.sizes.as_ref()?;
        Some(match &sizes.value {
            Reading::Known(areas) => match areas.sum(field) {
                Ok(sum) => Reading::Known(sum),
                Err(why) => Reading::Unknown(why),
            },
            Reading::Unknown(why) => Reading::unknown(why.clone()),
        })
    };
    let rss = watch.history.latest().map(|counters| counters.rss);
    let own = Row {
        pid: watch.subject.pid.to_string(),
        depth: 0,
        command: watch.subject.command.clone(),
        rss: sum(Field::Rss)
            .filter(|rss| rss.known().is_some())
            .or(rss.map(Reading::Known)),
        pss: if watch.subject.is_kernel {
            Some(Reading::Known(0))
        } else {
            sum(Field::Pss)
        },
    };
    let kin = watch.family.iter().flatten().map(|kin| Row {
        pid: kin.pid.to_string(),
        depth: kin.depth,
        command: visible_line(&kin.command.short()),
        rss: Some(kin.rss.clone()),
        pss: Some(kin.pss.clone()),
    });
    std::iter::once(own).chain(kin).collect()
}

/// The sums, unknown where one of them is.
fn together(rows: &[Row]) -> Row {
    let sum = |of: fn(&Row) -> &Option<Reading<u64>>| {
        let parts = rows.iter().map(|row| of(row).as_ref()?.known().copied());
        let sum: Option<u64> = parts.sum();
        Some(sum.map_or_else(
            || Reading::unknown("one of them is not known"),
            Reading::Known,
        ))
    };
    Row {
        pid: String::new(),
        depth: 0,
        command: format!("all {} together", rows.len()),
        rss: sum(|row| &row.rss),
        pss: sum(|row| &row.pss),
    }
}

fn line(row: &Row, width: usize, palette: Palette) -> Line<'static> {
    let size = |size: &Option<Reading<u64>>| match size {
        Some(Reading::Known(bytes)) => {
            Span::styled(format!("{:>8}", short(*bytes)), palette.text())
        }
        Some(Reading::Unknown(_)) => Span::styled(format!("{:>8}", "?"), palette.unknown()),
        None => Span::styled(format!("{:>8}", "…"), palette.dim()),
    };
    let indent = row.depth.min(12) * 2;
    let branch = if row.depth == 0 { "" } else { "└ " };
    let lead = format!(
        "  {:indent$}{branch}",
        "",
        indent = indent.saturating_sub(2)
    );
    let pid = match row.pid.as_str() {
        "" => String::new(),
        pid => format!("{pid} "),
    };
    let room = width.saturating_sub(16 + lead.chars().count() + pid.len());
    Line::from(vec![
        size(&row.rss),
        size(&row.pss),
        Span::styled(lead, palette.rule()),
        Span::styled(pid, palette.accent()),
        Span::styled(fit(&row.command, room), palette.text()),
    ])
}

//! The VMAs: one a row, as many columns as there is room for. Only the rows on the screen are formatted.

use super::number::{address, short, short_change};
use crate::app::watching::Watching;
use crate::app::watching::list::Filter;
use crate::app::watching::pane::Pane;
use crate::mem::Field;
use crate::mem::{Backing, Reading};
use crate::observe::portrait::area::Area;
use crate::view::canvas::{Canvas, below};
use crate::view::text::{fit, fit_end, wrap};
use crate::view::theme::Palette;
use crate::watch::Order;
use crate::watch::sample::{Line as VmaLine, Vmas};
use crate::watch::space::Kind;
use crate::watch::words::grouped;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// A column of sizes: its title, and what smaps has of it.
type Column = (&'static str, Size);
/// A size of a VMA; `None` where smaps does not say.
type Size = fn(&Area) -> Option<u64>;

/// The columns of sizes, in their order; with less room, the last ones are left out first.
const COLUMNS: [Column; 5] = [
    ("rss", |area| area.sizes.get(Field::Rss)),
    ("pss", |area| area.sizes.get(Field::Pss)),
    ("dirty", |area| {
        Some(area.sizes.get(Field::PrivateDirty)? + area.sizes.get(Field::SharedDirty)?)
    }),
    ("swap", |area| area.sizes.get(Field::Swap)),
    ("huge", huge),
];
/// What is in huge pages, of whatever kind.
fn huge(area: &Area) -> Option<u64> {
    let fields = [
        Field::AnonHugePages,
        Field::ShmemPmdMapped,
        Field::FilePmdMapped,
    ];
    fields.iter().map(|field| area.sizes.get(*field)).sum()
}

/// Cells of a column of sizes.
const SIZE: usize = 6;
/// Cells of the first columns: address, permissions, size, how full.
const FIRST: usize = 13 + 5 + SIZE + 2;
/// Cells that a name wants at least.
const NAME: usize = 22;
/// Cells of the column of differences.
const CHANGE: usize = 8;
/// Marks of growing height.
const HEIGHTS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// What the panel says about itself.
pub(super) fn detail(watch: &Watching) -> String {
    let Some(vmas) = watch.lines() else {
        return String::new();
    };
    let list = &watch.list;
    let (shown, all) = (list.len() as u64, vmas.len() as u64);
    let count = if shown == all {
        grouped(all)
    } else {
        format!("{} of {}", grouped(shown), grouped(all))
    };
    let mut told = vec![count, order(watch)];
    if list.filter != Filter::All {
        told.push(format!("{} only", list.filter.words()));
    }
    if list.resident {
        told.push("with pages in memory".to_owned());
    }
    if list.typing {
        told.push(format!("/ {}▏", list.search));
    } else if !list.search.is_empty() {
        told.push(format!("/ {}", list.search));
    }
    let differences = watch.mark.differences().filter(|_| watch.mark.is_set());
    if let Some(differences) = differences {
        let (came, went) = (differences.came.len(), differences.went.len());
        told.push(format!("{came} came, {went} went"));
    }
    told.join(", ")
}

/// The order of the rows; until sizes are there, it is not what was asked for.
fn order(watch: &Watching) -> String {
    let (wanted, is) = (watch.list.order, watch.list.order_now());
    if wanted == is {
        return format!("by {}", is.name());
    }
    let why = if unreadable(watch) {
        "unknown"
    } else {
        watch.unread()
    };
    format!("by {} ({}: {why})", is.name(), wanted.name())
}

/// What is shown of each VMA.
struct Sheet {
    width: usize,
    columns: usize,
    has_change: bool,
    palette: Palette,
}

/// Draws the rows on the screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let Some(vmas) = watch.lines() else {
        let text = match watch.vmas.as_ref().and_then(Reading::reason) {
            Some(why) => format!("? {why}"),
            None => watch.unread().to_owned(),
        };
        let lines = wrap(&[(&text, palette.unknown())], usize::from(area.width), 2);
        return canvas.lines(area, &lines, 0);
    };
    let width = usize::from(area.width);
    let has_change = watch.mark.differences().is_some() && width >= 70;
    let room = width.saturating_sub(FIRST + NAME + if has_change { CHANGE } else { 0 });
    let sheet = Sheet {
        width,
        columns: (room / SIZE).clamp(1, COLUMNS.len()),
        has_change,
        palette,
    };
    sheet.draw_head(canvas, area, watch.list.order_now());
    let body = below(area, 1);
    let rows = usize::from(body.height);
    canvas.seen.watch.rows = rows;
    let top = watch.list.top(rows);
    for (at, row) in (top..watch.list.len()).take(rows).enumerate() {
        let Some(index) = watch.list.vma(row) else {
            continue;
        };
        let line = sheet.row(watch, vmas, index);
        canvas.line(body, at as u16, &line);
        let place = Rect {
            y: body.y + at as u16,
            height: 1,
            ..body
        };
        if row == watch.list.row() {
            let style = if watch.bench.focus == Pane::Vmas {
                palette.chosen()
            } else {
                Style::new().add_modifier(ratatui::style::Modifier::BOLD)
            };
            canvas.fill(place, style);
        }
        canvas.seen.watch.items.push((place, Pane::Vmas, row));
    }
    if watch.list.is_empty() {
        let text = if vmas.is_empty() {
            "It has no VMA."
        } else {
            "No VMA is like that. / searches for something else, f and e list others."
        };
        let lines = wrap(&[(text, palette.dim())], usize::from(body.width), 0);
        canvas.lines(body, &lines, 0);
    }
}

impl Sheet {
    /// The heads of the columns; a click on one orders the list by it.
    fn draw_head(&self, canvas: &mut Canvas<'_>, area: Rect, order: Order) {
        let head = self.head(order);
        canvas.line(area, 0, &head);
        let mut x = area.x;
        for title in &head.spans {
            let width = title.width() as u16;
            let name = title.content.trim_matches([' ', '▾']);
            let orders = Order::ALL.iter().find(|order| order.name() == name);
            if let Some(order) = orders {
                let place = Rect {
                    x,
                    width,
                    height: 1,
                    ..area
                };
                canvas.seen.watch.heads.push((place, *order));
            }
            x += width;
        }
    }

    fn head(&self, order: Order) -> Line<'static> {
        let palette = self.palette;
        let title = |name: &'static str, width: usize| {
            let is_order = order.name() == name;
            let style = if is_order {
                palette.accent()
            } else {
                palette.dim()
            };
            let mark = if is_order && name != "address" {
                "▾"
            } else {
                ""
            };
            Span::styled(format!("{:>width$}", format!("{mark}{name}")), style)
        };
        let mut spans = vec![
            title("address", 12),
            Span::styled(" perm", palette.dim()),
            title("size", SIZE + 1),
            Span::raw("  "),
        ];
        let columns = COLUMNS.iter().take(self.columns);
        spans.extend(columns.map(|(name, _)| title(name, SIZE)));
        if self.has_change {
            spans.push(Span::styled(format!("{:>CHANGE$}", "rss ±"), palette.dim()));
        }
        spans.push(Span::styled("     name", palette.dim()));
        Line::from(spans)
    }

    fn row(&self, watch: &Watching, vmas: &Vmas, index: usize) -> Line<'static> {
        let palette = self.palette;
        let Some(known) = vmas.lines().get(index) else {
            return Line::default();
        };
        let (vmas, line) = latest(watch, vmas, known);
        let area = watch
            .areas()
            .and_then(|areas| watch.list.area(index, areas));
        // It has grown or shrunk since its sizes were read: they are of what it was.
        let is_old = area.is_some_and(|area| area.range() != line.range);
        let change = self.change(watch, index);
        let (mark, kind) = palette.kind(Kind::of(line.perms, vmas.backing(line)));
        let name = name(vmas, line);
        let mut spans = vec![
            Span::styled(format!("{} ", address(line.range.start.0)), palette.dim()),
            Span::styled(line.perms.to_string(), palette.code()),
            Span::styled(
                format!("{:>width$} ", short(line.range.length()), width = SIZE + 1),
                palette.text(),
            ),
            Span::styled(fullness(line, area.filter(|_| !is_old)), palette.good()),
        ];
        for (column, (_, value)) in COLUMNS.iter().take(self.columns).enumerate() {
            let size = size(watch, (area, *value), palette);
            spans.push(if is_old {
                aged(&size, column == 0, palette)
            } else {
                size
            });
        }
        spans.extend(change);
        let used: usize = spans.iter().map(Span::width).sum();
        spans.push(Span::raw(" "));
        spans.push(Span::styled(format!(" {mark} "), kind));
        spans.push(Span::raw(" "));
        let room = self.width.saturating_sub(used + 5);
        spans.push(if name.is_empty() {
            Span::styled(fit("anonymous", room), palette.dim())
        } else {
            Span::styled(fit_end(&name, room), palette.text())
        });
        Line::from(spans)
    }

    /// By how much its RSS changed, or that it came since.
    fn change(&self, watch: &Watching, index: usize) -> Option<Span<'static>> {
        if !self.has_change {
            return None;
        }
        let differences = watch.mark.differences()?;
        let place = watch.list.place(index);
        let text = match place {
            None => "new".to_owned(),
            Some(place) if differences.came.binary_search(&place).is_ok() => "new".to_owned(),
            Some(place) => match differences.rss.get(place) {
                Some(Some(by)) => short_change(*by),
                _ => "~".to_owned(),
            },
        };
        Some(Span::styled(
            format!("{text:>CHANGE$}"),
            self.palette.changed(),
        ))
    }
}

/// The VMA as it was read last: the rows on the screen are read more often than all.
fn latest<'a>(watch: &'a Watching, vmas: &'a Vmas, line: &'a VmaLine) -> (&'a Vmas, &'a VmaLine) {
    let rows = watch.rows.as_deref();
    let newer = rows.and_then(|rows| {
        let newer = rows.lines().get(rows.at(line.range.start)?)?;
        (newer.range.start == line.range.start).then_some((rows, newer))
    });
    newer.unwrap_or((vmas, line))
}

/// How much of it is in memory, as a mark of that height.
fn fullness(line: &VmaLine, area: Option<&Area>) -> &'static str {
    let rss = area.and_then(|area| area.sizes.get(Field::Rss));
    let length = line.range.length().max(1);
    match rss {
        None | Some(0) => " ",
        Some(rss) => {
            let level = (rss.min(length) as f64 / length as f64 * 8.0).ceil() as usize;
            HEIGHTS[level.clamp(1, 8) - 1]
        }
    }
}

/// A size of a while ago; the first one of a row says so: `~30.1M`.
fn aged(size: &Span<'_>, is_first: bool, palette: Palette) -> Span<'static> {
    let mark = if is_first { "~" } else { "" };
    let text = format!("{mark}{}", size.content.trim_start());
    Span::styled(format!("{text:>SIZE$}"), palette.dim())
}

/// A size: `…` while it was not read, `?` where smaps does not say.
fn size(watch: &Watching, (area, value): (Option<&Area>, Size), palette: Palette) -> Span<'static> {
    let Some(area) = area else {
        return if unreadable(watch) {
            Span::styled(format!("{:>SIZE$}", "?"), palette.unknown())
        } else {
            Span::styled(format!("{:>SIZE$}", "…"), palette.dim())
        };
    };
    match value(area) {
        Some(0) => Span::styled(format!("{:>SIZE$}", "0"), palette.rule()),
        Some(bytes) => Span::styled(format!("{:>SIZE$}", short(bytes)), palette.text()),
        None => Span::styled(format!("{:>SIZE$}", "?"), palette.unknown()),
    }
}

/// Whether there is no size to be waited for.
fn unreadable(watch: &Watching) -> bool {
    let sizes = watch.sizes.as_ref();
    watch.fate.is_some() || sizes.is_some_and(|sizes| sizes.value.known().is_none())
}

/// What stands behind it.
pub(super) fn name(vmas: &Vmas, line: &VmaLine) -> String {
    match vmas.backing(line) {
        Backing::Anonymous if Kind::of(line.perms, &Backing::Anonymous) == Kind::Forbidden => {
            "(no access)".to_owned()
        }
        Backing::Anonymous => String::new(),
        backing if backing.is_shared_anonymous() => "shared anonymous".to_owned(),
        backing => backing.to_string(),
    }
}

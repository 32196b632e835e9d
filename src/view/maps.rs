//! `/proc/<pid>/maps` of one process: the lesson's lines, marked where they are new, changed or gone; the program's own
//! lines folded into one.

use super::canvas::Canvas;
use super::text::{fit, fit_end};
use super::theme::Palette;
use crate::app::App;
use crate::app::keys::{self, Action};
use crate::app::panel::Panel;
use crate::app::scene::{Fate, Scene};
use crate::app::take::Take;
use crate::mem::{Backing, Process};
use crate::observe::{Mapping, Snapshot};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

/// Draws the lines of maps.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (app, take): (&App, &Take),
    scene: Option<&Scene<'_>>,
) {
    let snapshot = scene.and_then(|scene| selected(take, scene));
    let title = snapshot.map_or_else(
        || "/proc/<pid>/maps".to_owned(),
        |snapshot| format!("/proc/{}/maps of {}", snapshot.pid, snapshot.process),
    );
    let inner = canvas.panel(area, &take.desk, Panel::Maps, &title);
    let rows = scene.zip(snapshot).map(|(scene, snapshot)| Rows {
        scene,
        process: snapshot.process,
        shown: shown(scene, snapshot, take),
        folded: folded(snapshot, (app, take), (inner.width, canvas.palette)),
    });
    let rows = rows.as_ref();
    let total = rows.map_or(0, Rows::count);
    let focus = rows.map_or(0..0, Rows::focus);
    let counted = (total, &focus);
    canvas.rows(inner, &take.desk, Panel::Maps, counted, |canvas, offset| {
        let paper = (inner.width, canvas.palette);
        let from = usize::from(offset);
        let seen = from..total.min(from + usize::from(inner.height));
        let lines: Vec<_> = seen.filter_map(|row| rows?.line(row, paper)).collect();
        canvas.lines(inner, &lines, 0);
    });
}

/// The lines of maps, not yet written: a process may have tens of thousands.
struct Rows<'a> {
    scene: &'a Scene<'a>,
    process: Process,
    shown: Vec<(&'a Mapping, Fate)>,
    /// The program's own in one line, where they are not shown.
    folded: Option<Line<'static>>,
}

impl Rows<'_> {
    fn count(&self) -> usize {
        self.shown.len() + usize::from(self.folded.is_some())
    }

    /// The last row that is not as it was.
    fn focus(&self) -> std::ops::Range<usize> {
        let changed = |(_, fate): &(&Mapping, Fate)| *fate != Fate::Same;
        let last = self.shown.iter().rposition(changed);
        last.map_or(0..0, |row| row..row + 1)
    }

    fn line(&self, row: usize, paper: (u16, Palette)) -> Option<Line<'static>> {
        match self.shown.get(row) {
            Some(shown) => Some(line(self.scene, self.process, *shown, paper)),
            None => self.folded.clone(),
        }
    }
}

/// The process whose maps are shown: the one chosen, or the one the last line ran in.
fn selected<'a>(take: &Take, scene: &Scene<'a>) -> Option<&'a Snapshot> {
    let ran = take.moment().and_then(|moment| moment.ran.as_ref());
    let wanted = take.desk.process.or(ran.map(|ran| ran.process));
    wanted
        .and_then(|process| scene.now(process))
        .or_else(|| scene.now(Process::Main))
        .or_else(|| scene.now.first().map(AsRef::as_ref))
}

/// The VMAs to be shown, in their order, and what became of each.
fn shown<'a>(scene: &Scene<'a>, snapshot: &'a Snapshot, take: &Take) -> Vec<(&'a Mapping, Fate)> {
    let mut rows: Vec<(&Mapping, Fate)> = snapshot
        .mappings
        .iter()
        .filter(|mapping| !mapping.own || take.desk.own_rows)
        .map(|mapping| (mapping, scene.fate(snapshot.process, mapping)))
        .collect();
    let removed = scene.removed(snapshot.process);
    rows.extend(removed.into_iter().map(|mapping| (mapping, Fate::Removed)));
    rows.sort_by_key(|(mapping, _)| mapping.vma.range);
    rows
}

/// One line as the kernel writes it, as far as there is room; the name the code has for it at the end.
fn line(
    scene: &Scene<'_>,
    process: Process,
    (mapping, fate): (&Mapping, Fate),
    (width, palette): (u16, Palette),
) -> Line<'static> {
    let (mark, style) = match fate {
        Fate::Same if mapping.own => (" ", palette.dim()),
        Fate::Same => (" ", palette.text()),
        Fate::New => ("+", palette.changed()),
        Fate::Changed => ("~", palette.changed()),
        Fate::Removed => ("-", gone(palette)),
    };
    let vma = &mapping.vma;
    let (major, minor) = vma.device;
    let file = if width >= 76 {
        format!(" {:08x} {major:02x}:{minor:02x} {}", vma.offset, vma.inode)
    } else if width >= 60 && vma.backing.is_file() {
        format!(" {:08x}", vma.offset)
    } else {
        String::new()
    };
    let text = format!("{mark}{} {}{file}", vma.range, vma.perms);
    let width = usize::from(width);
    let mut spans = vec![Span::styled(fit(&text, width), style)];
    let names = scene.names_in(process, vma.range);
    let names: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
    let name = if names.is_empty() || fate == Fate::Removed {
        String::new()
    } else {
        format!("  ← {}", names.join(", "))
    };
    let room = width.saturating_sub(text.chars().count() + name.chars().count() + 2);
    let backing = vma.backing.to_string();
    if !backing.is_empty() && room > 4 {
        spans.push(Span::styled(
            format!("  {}", fit_end(&backing, room)),
            style,
        ));
    }
    spans.push(Span::styled(name, palette.accent()));
    Line::from(spans)
}

/// A line that is no more.
fn gone(palette: Palette) -> Style {
    palette
        .bad()
        .remove_modifier(Modifier::BOLD)
        .add_modifier(Modifier::CROSSED_OUT)
}

/// The program's own lines in one.
fn folded(
    snapshot: &Snapshot,
    (app, take): (&App, &Take),
    (width, palette): (u16, Palette),
) -> Option<Line<'static>> {
    let own: Vec<&Mapping> = snapshot
        .mappings
        .iter()
        .filter(|mapping| mapping.own)
        .collect();
    if own.is_empty() || take.desk.own_rows {
        return None;
    }
    let count = own.len();
    let lines = if count == 1 { "line" } else { "lines" };
    let key = keys::key_of(app.context(), &[Action::OwnRows]);
    let key = key.map_or_else(String::new, |key| format!(" ({key})"));
    let text = format!(" {count} {lines} of the program: {}{key}", kinds(&own));
    Some(Line::from(Span::styled(
        fit(&text, usize::from(width)),
        palette.dim(),
    )))
}

/// What the program's own lines are, in words.
fn kinds(own: &[&Mapping]) -> String {
    let has = |test: fn(&Backing) -> bool| own.iter().any(|mapping| test(&mapping.vma.backing));
    let file = |backing: &Backing| matches!(backing, Backing::File { .. });
    let libc =
        |backing: &Backing| matches!(backing, Backing::File { path, .. } if path.contains("libc"));
    let heap = |backing: &Backing| *backing == Backing::Heap;
    let stack = |backing: &Backing| *backing == Backing::Stack;
    let kinds = [
        (has(file), "text"),
        (has(libc), "libc"),
        (has(heap), "heap"),
        (has(stack), "stack"),
    ];
    let named: Vec<&str> = kinds
        .iter()
        .filter(|(there, _)| *there)
        .map(|(_, name)| *name)
        .collect();
    if named.is_empty() {
        "its own memory".to_owned()
    } else {
        named.join(", ")
    }
}

//! Help: the key table, the current view's keys first, then where each number comes from.

use super::canvas::Canvas;
use super::overlay;
use super::text::{pad, wrap};
use super::theme::Palette;
use crate::app::keys::{Binding, Context, bindings};
use crate::app::watching::pane::Pane;
use crate::app::{App, Screen};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the help, scrolled by `offset` rows.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, app: &App, offset: u16) {
    let inner = overlay::frame(canvas, area, (96, 240), "help");
    let width = usize::from(inner.width);
    let lines = lines(app, width, canvas.palette);
    overlay::scrolled(canvas, inner, &lines, offset);
}

fn lines(app: &App, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let here = kind(app);
    let mut kinds = [Kind::Home, Kind::Lesson, Kind::Explorer, Kind::Watch];
    kinds.sort_by_key(|kind| *kind != here);
    let mut lines = Vec::new();
    for kind in kinds {
        lines.extend(section(kind.title(), palette));
        if let Some(text) = kind.beside() {
            lines.extend(wrap(&[(text, palette.text())], width, 0));
        }
        for (title, rows) in parts(kind, here, at_hand(app)) {
            if let Some(title) = title {
                lines.push(Line::from(Span::styled(title, palette.dim())));
            }
            lines.extend(
                rows.into_iter()
                    .flat_map(|binding| row(binding, width, palette)),
            );
        }
    }
    lines.extend(section("Where the numbers come from", palette));
    let sources = if here == Kind::Watch {
        super::watch::SOURCES
    } else {
        super::counters::SOURCES
    };
    for (name, source) in sources {
        let lead = pad(name, COLUMN);
        lines.extend(wrap(
            &[(&lead, palette.code()), (source, palette.text())],
            width,
            COLUMN,
        ));
    }
    lines.push(Line::default());
    let note = "A number that cannot be read here is shown as ? with its reason, never as 0.";
    lines.extend(wrap(&[(note, palette.text())], width, 0));
    lines.extend(machine(app, width, palette));
    lines
}

/// Where keys belong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Home,
    Lesson,
    Explorer,
    Watch,
}

impl Kind {
    fn title(self) -> &'static str {
        match self {
            Self::Home => "Keys of the list of lessons",
            Self::Lesson => "Keys of a lesson",
            Self::Explorer => "Keys of your own lines (i in a lesson, or mmap-tutor lab)",
            Self::Watch => "Keys of the watch (mmap-tutor watch PID)",
        }
    }

    /// What is done by other means than the keys of the table.
    fn beside(self) -> Option<&'static str> {
        match self {
            Self::Home => None,
            Self::Lesson => Some(
                "The mouse on the strip of moments: a click goes to a line, dragging scrubs, the wheel steps.",
            ),
            Self::Explorer => Some(
                "Text is edited as in a shell: Ctrl-A, Ctrl-E, Ctrl-W, Ctrl-U, Ctrl-K, Alt-B, Alt-F.",
            ),
            Self::Watch => Some(
                "The mouse: a click chooses, a second one on a VMA or a sentence opens it; a click on the head of a \
                 column orders the list by it. The wheel scrolls, and zooms the pages.",
            ),
        }
    }

    /// Where in it keys mean something of their own: what the learner is about then, and the contexts that are so.
    fn parts(self) -> &'static [Part] {
        use Context as C;
        match self {
            Self::Home => &[
                ("While the search is typed", &[C::Search]),
                ("On the claims", &[C::Claims]),
            ],
            Self::Lesson => &[
                ("Before a line", &[C::Line]),
                ("Before an answer", &[C::Ask]),
                ("While a line runs", &[C::Running]),
                ("At the end of a step", &[C::StepDone]),
                ("At the end of the lesson", &[C::LessonDone]),
                ("Looking back", &[C::Back]),
                ("In a recording", &[C::Tape]),
                ("On the list of steps, the legend and this page", OVER),
                ("While lines are to be undone", &[C::Undo]),
                ("While a session is kept", &[C::Keep]),
            ],
            Self::Explorer => &[
                ("Nothing is typed", &[C::Prompt]),
                ("Something is typed", &[C::Type]),
                ("While a line runs and the next is typed", &[C::Ahead]),
                ("While a line runs", &[C::Trying, C::Ahead]),
                ("On the pages", &[C::Cursor]),
                ("On the menu of a page", &[C::Menu]),
                ("On what is known of a page, and the variables", PAGE),
            ],
            Self::Watch => &[
                ("On the pages (5)", &[C::Cells]),
                ("On the other panels", &[C::Watch]),
                ("While the search is typed", &[C::Find]),
                ("On the numbers of a VMA", &[C::Vma]),
            ],
        }
    }

    fn has(self, context: Context) -> bool {
        let of = match context {
            Context::Home | Context::Search | Context::Claims => Self::Home,
            Context::Prompt
            | Context::Type
            | Context::Trying
            | Context::Ahead
            | Context::Menu
            | Context::Variables
            | Context::Cursor
            | Context::Inspect => Self::Explorer,
            Context::Watch | Context::Cells | Context::Find | Context::Vma => Self::Watch,
            _ => Self::Lesson,
        };
        of == self
    }
}

/// A part of a group of keys: its title, and where they are valid.
type Part = (&'static str, &'static [Context]);
const OVER: &[Context] = &[Context::Steps, Context::Legend, Context::Help];
const PAGE: &[Context] = &[Context::Inspect, Context::Variables];

/// The rows of a group, by parts: those of what has the keys first, then those that are valid in more than one part,
/// then the others.
fn parts(
    kind: Kind,
    here: Kind,
    at_hand: Option<Context>,
) -> Vec<(Option<&'static str>, Vec<&'static Binding>)> {
    let is_of = |binding: &Binding, (_, contexts): &Part| {
        let mut valid = binding
            .contexts
            .iter()
            .filter(|context| kind.has(**context));
        valid.all(|context| contexts.contains(context))
    };
    let part_of = |binding: &Binding| kind.parts().iter().position(|part| is_of(binding, part));
    let rows = |wanted: Option<usize>| {
        let rows = bindings().filter(|binding| of(binding, here) == kind);
        rows.filter(|binding| part_of(binding) == wanted).collect()
    };
    let every = at_hand.filter(|context| kind.has(*context));
    let every = every.map(|_| "On every panel");
    let mut all: Vec<(_, Vec<_>)> = vec![(every, rows(None))];
    for (index, (title, contexts)) in kind.parts().iter().enumerate() {
        let is_at_hand = at_hand.is_some_and(|context| contexts.contains(&context));
        let place = if is_at_hand { 0 } else { all.len() };
        all.insert(place, (Some(*title), rows(Some(index))));
    }
    all.retain(|(_, rows)| !rows.is_empty());
    all
}

/// What has the keys under the help, where one of several things can.
fn at_hand(app: &App) -> Option<Context> {
    let watch = app.watching()?;
    match watch.bench.focus {
        Pane::Pages => Some(Context::Cells),
        _ => Some(Context::Watch),
    }
}

/// What is under the help.
fn kind(app: &App) -> Kind {
    match &app.screen {
        Screen::Home => Kind::Home,
        Screen::Lesson(take) if take.explorer.is_some() => Kind::Explorer,
        Screen::Lesson(_) => Kind::Lesson,
        Screen::Watch(_) => Kind::Watch,
    }
}

/// The group that a key is listed in: the one at hand if it is valid there.
fn of(binding: &Binding, here: Kind) -> Kind {
    let valid = |kind: &Kind| binding.contexts.iter().any(|context| kind.has(*context));
    [here, Kind::Lesson, Kind::Explorer, Kind::Watch]
        .into_iter()
        .find(valid)
        .unwrap_or(Kind::Home)
}

/// Cells of the first column.
const COLUMN: usize = 22;

fn section(title: &str, palette: Palette) -> Vec<Line<'static>> {
    vec![
        Line::default(),
        Line::from(Span::styled(title.to_owned(), palette.heading())),
    ]
}

fn row(binding: &Binding, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let keys: Vec<String> = binding.chords.iter().map(ToString::to_string).collect();
    let lead = pad(&keys.join(" "), COLUMN);
    wrap(
        &[(&lead, palette.accent()), (binding.long, palette.text())],
        width,
        COLUMN,
    )
}

/// The facts of this machine.
fn machine(app: &App, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let Some(machine) = &app.machine else {
        return Vec::new();
    };
    let frames = if machine.privileged {
        "readable"
    } else {
        "not readable (they need CAP_SYS_ADMIN)"
    };
    let text = format!(
        "This machine: Linux {}, pages of {}, scratch files on {}, frame numbers {frames}.",
        machine.kernel,
        crate::mem::Bytes(machine.page_size.bytes()),
        machine.file_system,
    );
    let mut lines = vec![Line::default()];
    lines.extend(wrap(&[(text.as_str(), palette.text())], width, 0));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    const KINDS: [Kind; 4] = [Kind::Home, Kind::Lesson, Kind::Explorer, Kind::Watch];

    #[test]
    fn under_a_heading_a_key_does_one_thing() {
        for kind in KINDS {
            for (title, rows) in parts(kind, kind, None) {
                let mut seen = HashMap::new();
                for row in rows {
                    for chord in row.chords {
                        let before = seen.insert(*chord, row.action);
                        let same = before.is_none_or(|before| before == row.action);
                        assert!(same, "{chord} twice under {title:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_has_the_keys_comes_first_and_no_key_is_left_out() {
        let here = Kind::Watch;
        for (context, first) in [
            (Context::Cells, "On the pages (5)"),
            (Context::Watch, "On the other panels"),
        ] {
            assert_eq!(parts(here, here, Some(context))[0].0, Some(first));
        }
        let parts = KINDS.map(|kind| parts(kind, here, None));
        let listed = parts.iter().flatten().map(|(_, rows)| rows.len());
        assert_eq!(listed.sum::<usize>(), bindings().count());
    }
}

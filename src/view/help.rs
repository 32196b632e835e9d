//! Help: the key table, the current view's keys first, then where each number comes from.

use super::canvas::Canvas;
use super::overlay;
use super::text::{pad, wrap};
use super::theme::Palette;
use crate::app::keys::{Binding, Context, bindings};
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
        if kind == Kind::Explorer {
            let text = "Text is edited as in a shell: Ctrl-A, Ctrl-E, Ctrl-W, Ctrl-U, Ctrl-K, Alt-B, Alt-F.";
            lines.extend(wrap(&[(text, palette.text())], width, 0));
        }
        if kind == Kind::Lesson {
            let text = "The mouse on the strip of moments: a click goes to a line, dragging scrubs, the wheel steps.";
            lines.extend(wrap(&[(text, palette.text())], width, 0));
        }
        let rows = bindings().filter(|binding| of(binding, here) == kind);
        lines.extend(rows.flat_map(|binding| row(binding, width, palette)));
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

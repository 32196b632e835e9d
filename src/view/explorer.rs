//! What an explorer has on the screen: the lines that ran, the input above the keys, notes below it, names and a menu
//! above it.

mod menu;
mod notes;
mod popup;
pub(super) mod transcript;

use super::canvas::{Canvas, below};
use super::code::coloured;
use super::theme::Palette;
use crate::app::explorer::Explorer;
use crate::app::take::{Activity, Take};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar;

/// Rows of the input at most.
const MOST_ROWS: usize = 6;

/// The rows of the prompt, its text wrapped, the cursor in it, a caret under what is wrong.
pub(super) struct Prompt {
    lines: Vec<Line<'static>>,
    /// The row that has to be seen: that of the mistake, or of the cursor.
    focus: usize,
    /// What is said below: a gist, a mistake.
    notes: Vec<Line<'static>>,
    /// What stands in the bar above.
    title: &'static str,
}

impl Prompt {
    /// The prompt of an explorer, for a screen of so many columns.
    pub(super) fn of(take: &Take, explorer: &Explorer, width: u16, palette: Palette) -> Self {
        let width = usize::from(width);
        let (lines, focus) = rows(take, explorer, width, palette);
        Self {
            lines,
            focus,
            notes: notes::notes(take, explorer, width, palette),
            title: if explorer.on_pages {
                " your line (Tab: type) "
            } else {
                " ▸ your line "
            },
        }
    }

    /// The same rows of a recording: nothing is typed there.
    pub(super) fn of_tape(mut self, explorer: &Explorer, palette: Palette) -> Self {
        self.title = " a recording ";
        let text = if explorer.on_pages {
            " Arrows choose a page; Enter says all about it."
        } else {
            " Nothing runs and nothing is typed here: Enter shows the next line."
        };
        self.lines = vec![Line::from(Span::styled(text, palette.dim()))];
        self.focus = 0;
        self.notes.fill(Line::default());
        self
    }

    /// Rows that it takes on the screen.
    pub(super) fn height(&self) -> u16 {
        1 + self.shown() as u16 + self.notes.len() as u16
    }

    fn shown(&self) -> usize {
        self.lines.len().min(MOST_ROWS)
    }

    /// Rows above those that are shown: the last ones are, as long as the focus is among them. A mistake is shown with
    /// what stands before it, from the first row on where that has room.
    fn skipped(&self, is_mistake: bool) -> usize {
        let last = self.lines.len() - self.shown();
        if is_mistake {
            (self.focus + 1).saturating_sub(self.shown()).min(last)
        } else {
            last.min(self.focus)
        }
    }

    /// Draws it, the popup above it.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        (take, explorer): (&Take, &Explorer),
    ) {
        let (bar, style) = if explorer.on_pages {
            ("─", canvas.palette.rule())
        } else {
            ("━", canvas.palette.accent())
        };
        let width = usize::from(area.width);
        canvas.text(area, (0, 0), &bar.repeat(width), style);
        canvas.text(area, (1, 0), self.title, style);
        let skipped = self.skipped(explorer.mistake.is_some());
        let rows = Rect {
            height: (self.shown() as u16).min(area.height.saturating_sub(1)),
            ..below(area, 1)
        };
        canvas.lines(rows, &self.lines, skipped as u16);
        // What stands above and below those rows.
        let column = area.width.saturating_sub(1);
        if skipped > 0 {
            canvas.text(area, (column, 1), "↑", style);
        }
        if skipped + self.shown() < self.lines.len() {
            canvas.text(area, (column, self.shown() as u16), "↓", style);
        }
        let under = below(area, 1 + self.shown() as u16);
        canvas.lines(under, &self.notes, 0);
        if let Some(popup) = &explorer.popup {
            popup::draw(canvas, area, popup);
        }
        if let Some(chosen) = explorer.menu {
            menu::draw(canvas, area, (take, explorer), chosen);
        }
    }
}

/// The text in rows of the screen, and the one of them that has to be seen.
fn rows(
    take: &Take,
    explorer: &Explorer,
    width: usize,
    palette: Palette,
) -> (Vec<Line<'static>>, usize) {
    let idle = matches!(take.activity, Activity::Idle);
    let prompt = format!(" {}> ", explorer.prompt());
    let waiting = explorer
        .sent
        .clone()
        .filter(|_| !idle && explorer.is_empty());
    let shows_cursor = waiting.is_none() && !explorer.on_pages;
    let text = waiting.unwrap_or_else(|| explorer.text());
    let mut paper = Paper {
        lines: Vec::new(),
        spans: vec![Span::styled(prompt.clone(), palette.accent())],
        carets: String::new(),
        cursor: None,
        mistake: None,
        used: prompt.chars().count(),
        indent: prompt.chars().count(),
        width,
        palette,
    };
    let place = explorer.place();
    let wrong = explorer.mistake.as_ref().map(|mistake| {
        let start = mistake.span.start.min(text.len());
        start..mistake.span.end.max(start + 1)
    });
    let mut at = 0;
    for (piece, style) in coloured(&text, 0..text.len(), palette) {
        for c in piece.chars() {
            let here = shows_cursor && at == place;
            let style = if here { reversed(style) } else { style };
            let is_wrong = wrong.as_ref().is_some_and(|wrong| wrong.contains(&at));
            paper.put(c, style, (here, is_wrong));
            at += c.len_utf8();
        }
    }
    let beyond = wrong.is_some_and(|wrong| wrong.contains(&text.len()));
    if shows_cursor && place >= text.len() {
        paper.put(' ', reversed(palette.text()), (true, beyond));
    } else if beyond {
        paper.put(' ', palette.text(), (false, true));
    }
    paper.turn();
    let last = paper.lines.len() - 1;
    let focus = paper.mistake.or(paper.cursor).unwrap_or(last);
    (paper.lines, focus)
}

fn reversed(style: Style) -> Style {
    style.add_modifier(Modifier::REVERSED)
}

/// Rows being filled cell by cell, so that the cursor and the carets have their places.
struct Paper {
    lines: Vec<Line<'static>>,
    spans: Vec<Span<'static>>,
    /// Carets under the row; empty where there are none.
    carets: String,
    /// The row of the cursor, and that of the first carets.
    cursor: Option<usize>,
    mistake: Option<usize>,
    used: usize,
    indent: usize,
    width: usize,
    palette: Palette,
}

impl Paper {
    fn put(&mut self, c: char, style: Style, (here, is_wrong): (bool, bool)) {
        if c != '\n' {
            self.cell(c, style, is_wrong);
        } else if here {
            self.cell(' ', style, is_wrong);
        }
        if here {
            self.cursor = Some(self.lines.len());
        }
        if c == '\n' {
            self.next();
        }
    }

    fn cell(&mut self, c: char, style: Style, is_wrong: bool) {
        let wide = c.width().unwrap_or(0);
        if self.used + wide > self.width {
            self.next();
        }
        if is_wrong {
            let missing = self.used.saturating_sub(self.carets.len());
            self.carets.push_str(&" ".repeat(missing));
            self.carets.push_str(&"^".repeat(wide));
        }
        self.used += wide;
        let shown = super::text::safe(c.encode_utf8(&mut [0; 4])).into_owned();
        self.spans.push(Span::styled(shown, style));
    }

    fn next(&mut self) {
        self.turn();
        self.spans.push(Span::raw(" ".repeat(self.indent)));
        self.used = self.indent;
    }

    fn turn(&mut self) {
        self.lines.push(Line::from(std::mem::take(&mut self.spans)));
        if !self.carets.is_empty() {
            let carets = std::mem::take(&mut self.carets);
            self.mistake.get_or_insert(self.lines.len());
            self.lines
                .push(Line::from(Span::styled(carets, self.palette.bad())));
        }
    }
}

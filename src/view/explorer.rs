//! The learner's own lines: those that ran, where the lesson's text stands otherwise; and the input above the keys, with
//! what the man page says of the function under the cursor, or what is wrong with the text.

mod menu;

use super::canvas::{Canvas, Passage, below};
use super::code::{coloured, lit, upshot};
use super::text::{fit, pad, wrap};
use super::theme::Palette;
use super::{grid, hexdump};
use crate::app::explorer::complete::{Popup, Sort, function_at};
use crate::app::explorer::dump::{Sight, sight};
use crate::app::explorer::verb::{self, Verb};
use crate::app::explorer::why::why;
use crate::app::explorer::{EXAMPLES, Explorer};
use crate::app::panel::Panel;
use crate::app::scene::Scene;
use crate::app::take::{Activity, Take};
use crate::c::builtins::Function;
use crate::c::constants::{errno_name, errno_text};
use crate::session::timeline;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar;

/// Rows of the input at most.
const MOST_ROWS: usize = 6;
/// Rows of the popup at most.
const MOST_NAMES: usize = 8;

/// The lines that ran in these processes, the latest in focus.
pub(super) fn transcript(canvas: &mut Canvas<'_>, area: Rect, take: &Take) {
    let inner = canvas.panel(area, &take.desk, Panel::Reading, "lines that ran");
    let width = usize::from(inner.width).saturating_sub(1);
    let passage = lines_that_ran(take, width, canvas.palette);
    canvas.passage(inner, &take.desk, Panel::Reading, &passage);
}

/// Lines of the transcript before and after the one on the screen: of thousands, those around it are laid out.
const AROUND: (usize, usize) = (40, 30);

fn lines_that_ran(take: &Take, width: usize, palette: Palette) -> Passage {
    let mut passage = Passage::default();
    let page = take.timeline.page_bytes();
    let all = take.timeline.lines();
    let here = take.shown();
    let (first, end) = (
        here.saturating_sub(AROUND.0),
        all.len().min(here + AROUND.1),
    );
    if first > 0 {
        passage.lines.push(left_out(first, "before", palette));
    }
    let shown = all.get(first..end).unwrap_or_default();
    for (index, ran) in (first + 1..).zip(shown) {
        let from = passage.lines.len();
        let looked = take.back() == Some(index);
        passage
            .lines
            .extend(ran_lines(ran, looked, page, (width, palette)));
        if looked || take.back().is_none() {
            passage.focus = from..passage.lines.len();
        }
    }
    if end < all.len() {
        passage
            .lines
            .push(left_out(all.len() - end, "after", palette));
    }
    if passage.lines.is_empty() {
        passage.lines = welcome(width, palette);
    }
    passage
}

/// In the place of lines that are far from the one on the screen.
fn left_out(count: usize, side: &str, palette: Palette) -> Line<'static> {
    let lines = if count == 1 { "line" } else { "lines" };
    let text = format!("  … {count} {lines} {side} these");
    Line::from(Span::styled(text, palette.dim()))
}

fn welcome(width: usize, palette: Palette) -> Vec<Line<'static>> {
    let first = "Type C below, a line at a time: it runs at once in a process of your own, and the right side shows what \
                 the kernel made of it.";
    let second =
        "Enter on the empty line takes the next of these to begin with; Tab moves over the pages.";
    let mut lines = wrap(&[(first, palette.heading())], width, 0);
    lines.push(Line::default());
    lines.extend(wrap(&[(second, palette.text())], width, 0));
    for code in EXAMPLES {
        lines.push(Line::default());
        lines.extend(wrap(&coloured(code, 0..code.len(), palette), width, 4));
    }
    lines.push(Line::default());
    let files = "The file \"data.bin\", 16 pages long, is there to be opened and mapped.";
    lines.extend(wrap(&[(files, palette.dim())], width, 0));
    lines
}

/// A line, who ran it, and what came of it. `page` is the size of a page, where it is known.
fn ran_lines(
    ran: &timeline::Line,
    looked: bool,
    page: Option<u64>,
    (width, palette): (usize, Palette),
) -> Vec<Line<'static>> {
    let went_wrong = ran.went_wrong || ran.errno != 0;
    let (mark, style) = match (looked, went_wrong) {
        (true, _) => ("◀ ", palette.changed()),
        (false, true) => ("✗ ", palette.bad()),
        (false, false) => ("✓ ", palette.good()),
    };
    let mut lines = Vec::new();
    let actor = format!("{}> ", ran.actor());
    for (row, code) in ran.code.split('\n').enumerate() {
        let mut runs = vec![(mark, style), (actor.as_str(), palette.accent())];
        if row > 0 {
            runs = vec![("    ", palette.text())];
        }
        runs.extend(coloured(code, 0..code.len(), palette));
        lines.extend(wrap(&runs, width, 4));
    }
    if looked {
        lines = lines
            .into_iter()
            .map(|line| lit(line, width, palette))
            .collect();
    }
    let upshot = upshot(ran);
    lines.extend(wrap(
        &[("    ", palette.dim()), (&upshot, palette.dim())],
        width,
        4,
    ));
    lines.extend(errno(ran, page, width, palette));
    lines
}

/// The error of the last call of a line that failed: its number, its name and what it means.
fn errno(
    ran: &timeline::Line,
    page: Option<u64>,
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let errno = ran.errno;
    if errno == 0 {
        return Vec::new();
    }
    let name = errno_name(errno).unwrap_or("?");
    let text = format!("errno {errno}, {name}: {}", errno_text(errno));
    let style = palette.bad();
    let mut lines = wrap(&[("    ", style), (&text, style)], width, 4);
    if let Some(why) = ran.failed.as_deref().and_then(|call| why(call, page)) {
        let text = palette.text();
        lines.extend(wrap(&[("    ", text), (&why, text)], width, 4));
    }
    lines
}

/// The rows of the prompt, its text wrapped, the cursor in it, a caret under what is wrong.
pub(super) struct Prompt {
    lines: Vec<Line<'static>>,
    /// What is said below: a gist, a mistake.
    notes: Vec<Line<'static>>,
    /// What stands in the bar above.
    title: &'static str,
}

impl Prompt {
    /// The prompt of an explorer, for a screen of so many columns.
    pub(super) fn of(take: &Take, explorer: &Explorer, width: u16, palette: Palette) -> Self {
        let width = usize::from(width);
        Self {
            lines: rows(take, explorer, width, palette),
            notes: notes(take, explorer, width, palette),
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
        let skipped = match explorer.mistake {
            // What is wrong is in the first rows, as a rule: nothing before it has run.
            Some(_) => 0,
            None => self.lines.len() - self.shown(),
        };
        canvas.lines(below(area, 1), &self.lines, skipped as u16);
        let under = below(area, 1 + self.shown() as u16);
        canvas.lines(under, &self.notes, 0);
        if let Some(popup) = &explorer.popup {
            draw_popup(canvas, area, popup);
        }
        if let Some(chosen) = explorer.menu {
            menu::draw(canvas, area, (take, explorer), chosen);
        }
    }
}

/// The text in rows of the screen.
fn rows(take: &Take, explorer: &Explorer, width: usize, palette: Palette) -> Vec<Line<'static>> {
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
    paper.lines
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
    used: usize,
    indent: usize,
    width: usize,
    palette: Palette,
}

impl Paper {
    fn put(&mut self, c: char, style: Style, (here, is_wrong): (bool, bool)) {
        if c == '\n' {
            if here {
                self.cell(' ', style, is_wrong);
            }
            self.next();
        } else {
            self.cell(c, style, is_wrong);
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
            self.lines
                .push(Line::from(Span::styled(carets, self.palette.bad())));
        }
    }
}

/// Below the text: what is wrong with it, or what the function under the cursor does; two rows, so that nothing jumps
/// while one types.
fn notes(take: &Take, explorer: &Explorer, width: usize, palette: Palette) -> Vec<Line<'static>> {
    if let Some(mistake) = &explorer.mistake {
        let mut lines = wrap(
            &[(" ✗ ", palette.bad()), (&mistake.message, palette.bad())],
            width,
            3,
        );
        if let Some(help) = &mistake.help {
            lines.extend(wrap(
                &[(" → ", palette.good()), (help, palette.text())],
                width,
                3,
            ));
        }
        lines.resize(lines.len().max(2), Line::default());
        return lines;
    }
    if !explorer.queue.is_empty() {
        return waiting(explorer, width, palette);
    }
    let function = function_at(&explorer.text(), explorer.place());
    if let Some((function, argument)) = function.filter(|_| !explorer.on_pages) {
        return gist(function, argument, width, palette);
    }
    if explorer.on_pages {
        return chosen(take, explorer, width, palette);
    }
    let hint = match take.example() {
        Some(code) if explorer.is_empty() && matches!(take.activity, Activity::Idle) => {
            return example(code, width, palette);
        }
        _ => "`child: p[0] = 1;` runs in the child, `peer: …` elsewhere. F1: keys.",
    };
    vec![
        Line::from(Span::styled(fit(&format!(" {hint}"), width), palette.dim())),
        Line::default(),
    ]
}

/// What Enter takes, while nothing is typed.
fn example(code: &str, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut spans = vec![Span::styled(" Enter ", palette.accent())];
    let shown = fit(code, width.saturating_sub(8));
    let runs = coloured(&shown, 0..shown.len(), palette);
    spans.extend(
        runs.into_iter()
            .map(|(text, style)| Span::styled(text.to_owned(), style)),
    );
    let hint = fit(
        " An example; or type C of your own. `child: …` runs in the child. F1: keys.",
        width,
    );
    vec![
        Line::from(spans),
        Line::from(Span::styled(hint, palette.dim())),
    ]
}

/// The lines that wait for the one that runs.
fn waiting(explorer: &Explorer, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let count = explorer.queue.len();
    let lines = if count == 1 {
        "line waits"
    } else {
        "lines wait"
    };
    let texts: Vec<String> = explorer
        .queue
        .iter()
        .map(|text| text.replace('\n', " "))
        .collect();
    let head = format!(" {count} {lines}: {}", texts.join("  "));
    let hint = " Esc stops the line that runs, and brings these back.";
    vec![
        Line::from(Span::styled(fit(&head, width), palette.accent())),
        Line::from(Span::styled(fit(hint, width), palette.dim())),
    ]
}

/// The chosen page in two rows: what it is and holds, and the C that its keys type.
fn chosen(take: &Take, explorer: &Explorer, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let found = explorer.cursor.zip(Scene::of(take));
    let found = found.and_then(|(cursor, scene)| {
        let words = grid::words(&scene, cursor)?;
        Some((cursor, words, verb::offers(&scene, explorer, cursor)))
    });
    let Some((cursor, words, offers)) = found else {
        let hint = " No page is chosen: the arrows choose one.";
        return vec![
            Line::from(Span::styled(fit(hint, width), palette.dim())),
            Line::default(),
        ];
    };
    let holds = match sight(take, cursor) {
        Sight::Bytes(contents) => format!("   {}", hexdump::few(&contents.bytes)),
        Sight::Refused(_) | Sight::Waiting | Sight::Past => String::new(),
    };
    let mut first = vec![Span::styled(format!(" {words}"), palette.heading())];
    if words.chars().count() + holds.chars().count() < width {
        first.push(Span::styled(holds, palette.code()));
    }
    let mut second = Vec::new();
    let mut used = 0;
    for offer in offers {
        let wide = offer.code.chars().count() + 4;
        let Some(key) = offer
            .key
            .filter(|_| offer.verb != Verb::Fork && used + wide <= width)
        else {
            continue;
        };
        used += wide;
        second.push(Span::styled(format!(" {key} "), palette.accent()));
        second.push(Span::styled(format!("{} ", offer.code), palette.dim()));
    }
    vec![Line::from(first), Line::from(second)]
}

/// A function in two rows: its prototype with the argument that is next, and what its man page says.
fn gist(
    function: &Function,
    argument: Option<usize>,
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let prototype = function.prototype;
    let place = argument.and_then(|argument| parameter(prototype, argument));
    let mut first = vec![Span::raw(" ")];
    let (from, to) = place.map_or((0, 0), |place| (place.start, place.end));
    let room = width.saturating_sub(1);
    if prototype.len() <= room {
        first.push(Span::styled(prototype[..from].to_owned(), palette.dim()));
        first.push(Span::styled(
            prototype[from..to].to_owned(),
            palette.heading(),
        ));
        first.push(Span::styled(prototype[to..].to_owned(), palette.dim()));
    } else {
        // The argument that is next stays on the screen.
        let skipped = from.saturating_sub(room / 2);
        let shown = fit(&prototype[skipped..], room);
        first.push(Span::styled(shown, palette.dim()));
    }
    let gist = format!(
        "{}: {}; returns {}",
        function.page, function.gist, function.returns
    );
    let errors = if function.errors.is_empty() {
        String::new()
    } else {
        format!("; errno {}", function.errors.join(", "))
    };
    let second = fit(&format!(" {gist}{errors}"), width);
    vec![
        Line::from(first),
        Line::from(Span::styled(second, palette.text())),
    ]
}

/// Where a parameter stands in a prototype.
fn parameter(prototype: &str, index: usize) -> Option<std::ops::Range<usize>> {
    let start = prototype.find('(')? + 1;
    let end = prototype.rfind(')')?;
    let mut at = start;
    for (number, piece) in prototype.get(start..end)?.split(',').enumerate() {
        if number == index {
            let lead = piece.len() - piece.trim_start().len();
            return Some(at + lead..at + piece.len());
        }
        at += piece.len() + 1;
    }
    None
}

/// The names that fit, above the input.
fn draw_popup(canvas: &mut Canvas<'_>, prompt: Rect, popup: &Popup) {
    let palette = canvas.palette;
    let chosen = popup.chosen.unwrap_or(0);
    let shown = popup
        .candidates
        .len()
        .min(MOST_NAMES)
        .min(usize::from(prompt.y));
    let first = chosen.saturating_sub(shown.saturating_sub(1));
    let names = popup
        .candidates
        .iter()
        .map(|candidate| candidate.name.len());
    let column = names.max().unwrap_or(0).min(28);
    let width = (prompt.width.saturating_sub(8)).min(76);
    let area = Rect {
        x: prompt.x + 4,
        y: prompt.y - shown as u16,
        width,
        height: shown as u16,
    };
    canvas.clear(area);
    let visible = popup.candidates.iter().enumerate().skip(first).take(shown);
    for (row, (index, candidate)) in visible.enumerate() {
        let style = match candidate.sort {
            Sort::Variable | Sort::Word => palette.text(),
            Sort::Function => palette.accent(),
            Sort::Constant => palette.code(),
        };
        let name = pad(&fit(&candidate.name, column), column);
        let room = usize::from(width).saturating_sub(column + 4);
        let about = fit(&candidate.about, room);
        let line = Line::from(vec![
            Span::styled("│ ", palette.accent()),
            Span::styled(name, style),
            Span::styled(format!("  {about}"), palette.dim()),
        ]);
        let line = if popup.chosen == Some(index) {
            lit(line, usize::from(width), palette)
        } else {
            line
        };
        canvas.line(area, row as u16, &line);
    }
    if popup.candidates.len() > shown {
        let count = format!(" {} names ", popup.candidates.len());
        let column = width.saturating_sub(count.len() as u16);
        canvas.text(area, (column, 0), &count, palette.dim());
    }
}

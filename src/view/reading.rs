//! The left side: everything of a step that is to be read, in its order.

use super::canvas::{Canvas, Passage};
use super::text::wrap;
use super::theme::Palette;
use super::{code, prose, question};
use crate::app::panel::Panel;
use crate::app::take::Take;
use crate::lesson::{Part, Step};
use crate::session::{Expected, Verdict};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Prose wider than this is tiring to read.
const MEASURE: u16 = 88;

/// Draws what is to be read.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take) {
    let steps = take.lesson.steps.len();
    let step = take.step_shown();
    let title = if step < steps {
        format!("step {} of {steps}", step + 1)
    } else {
        "the end".to_owned()
    };
    let inner = canvas.panel(area, &take.desk, Panel::Reading, &title);
    let text = Rect {
        width: inner.width.saturating_sub(1).min(MEASURE),
        ..inner
    };
    let passage = passage(take, usize::from(text.width), canvas.palette);
    let framed = Rect {
        width: (text.width + 1).min(inner.width),
        ..inner
    };
    canvas.passage(framed, &take.desk, Panel::Reading, &passage);
}

/// The text of the step on the screen.
pub fn passage(take: &Take, width: usize, palette: Palette) -> Passage {
    let step = take.step_shown();
    match take.lesson.steps.get(step) {
        Some(shown) => step_passage(take, step, shown, (width, palette)),
        None => end(take, width, palette),
    }
}

/// Lines being put one below the other.
struct Page {
    passage: Passage,
}

impl Page {
    /// Adds lines after an empty one.
    fn add(&mut self, lines: Vec<Line<'static>>) {
        if lines.is_empty() {
            return;
        }
        if !self.passage.lines.is_empty() {
            self.passage.lines.push(Line::default());
        }
        self.passage.lines.extend(lines);
    }

    /// Adds lines of which some may be in focus.
    fn add_passage(&mut self, passage: Passage) {
        let at = self.passage.lines.len() + usize::from(!self.passage.lines.is_empty());
        if !passage.focus.is_empty() {
            self.passage.focus = at + passage.focus.start..at + passage.focus.end;
        }
        self.add(passage.lines);
    }

    /// Adds lines and puts them in focus.
    fn add_focused(&mut self, lines: Vec<Line<'static>>) {
        let focus = 0..lines.len();
        self.add_passage(Passage { lines, focus });
    }
}

fn step_passage(take: &Take, index: usize, step: &Step, paper: (usize, Palette)) -> Passage {
    let (width, palette) = paper;
    let mut page = Page {
        passage: Passage::default(),
    };
    let text = palette.text();
    if index == 0 {
        page.add(prose::lines(&take.lesson.intro, width, text, palette));
    }
    page.add(wrap(&[(&step.title, palette.heading())], width, 0));
    let mut checks = 0;
    for (part, content) in step.parts.iter().enumerate() {
        match content {
            Part::Prose(text_of) => page.add(prose::lines(text_of, width, text, palette)),
            Part::Code(code) => page.add_passage(code::passage(take, code, width, palette)),
            Part::Predict(prediction) => {
                page.add_passage(question::passage(take, (index, part), prediction, paper));
            }
            Part::Expect(_) => {
                page.add(verdicts(take.answers.verdicts(index, checks), paper));
                checks += 1;
            }
        }
    }
    let done = take.position.step > index || take.step_is_done();
    if done && take.back.is_none() {
        page.add_focused(prose::lines(
            &step.explanation,
            width,
            palette.text(),
            palette,
        ));
    }
    if take.desk.notes && !step.notes.is_empty() {
        page.add(vec![Line::from(Span::styled(
            "Speaker notes",
            palette.changed(),
        ))]);
        page.add(prose::lines(&step.notes, width, palette.dim(), palette));
    }
    page.passage
}

/// What became of expectations; nothing before they are measured, so that they do not give the answer away.
fn verdicts(expected: &[Expected], paper: (usize, Palette)) -> Vec<Line<'static>> {
    let (width, palette) = paper;
    let mut lines = Vec::new();
    for one in expected {
        let (mark, style, reason) = match &one.verdict {
            Verdict::Holds => ("✓ ", palette.good(), None),
            Verdict::Fails => ("✗ ", palette.bad(), Some(one.measured.as_str())),
            Verdict::Unknown(why) => ("? ", palette.unknown(), Some(why.as_str())),
        };
        lines.extend(wrap(
            &[(mark, style), (&one.expression, palette.code())],
            width,
            2,
        ));
        if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
            lines.extend(wrap(&[("  ", style), (reason, style)], width, 2));
        }
    }
    if !lines.is_empty() {
        lines.insert(
            0,
            Line::from(Span::styled("Measured just now:", palette.dim())),
        );
    }
    lines
}

/// The last page of a lesson.
fn end(take: &Take, width: usize, palette: Palette) -> Passage {
    let mut page = Page {
        passage: Passage::default(),
    };
    page.add(wrap(
        &[
            ("✓ ", palette.good()),
            ("This lesson is done.", palette.heading()),
        ],
        width,
        2,
    ));
    let guesses = take
        .answers
        .graded()
        .iter()
        .filter(|graded| graded.right.is_some());
    let right = guesses
        .clone()
        .filter(|graded| graded.right == Some(true))
        .count();
    let (held, checks) = take.answers.held();
    let mut said = format!("Your kernel showed {held} of {checks} expectations.");
    if guesses.clone().count() > 0 {
        said = format!(
            "Of your {} predictions the kernel agreed with {right}. {said}",
            guesses.count()
        );
    }
    page.add(wrap(&[(said.as_str(), palette.text())], width, 0));
    for section in &take.lesson.closing {
        page.add(wrap(&[(&section.title, palette.heading())], width, 0));
        page.add(prose::lines(&section.body, width, palette.text(), palette));
    }
    page.passage
}

//! The left side: everything of a step that is to be read, in its order.

use super::canvas::{Canvas, Passage};
use super::explorer::transcript;
use super::text::wrap;
use super::theme::Palette;
use super::{code, prose, question};
use crate::app::answers::Answer;
use crate::app::panel::Panel;
use crate::app::take::Take;
use crate::lesson::{Part, Prediction, Step, Who};
use crate::session::{Expected, Verdict};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Prose wider than this is tiring to read.
const MEASURE: u16 = 88;

/// Draws what is to be read.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take) {
    if take.explorer.is_some() {
        return transcript::draw(canvas, area, take);
    }
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
pub(super) fn passage(take: &Take, width: usize, palette: Palette) -> Passage {
    let step = take.step_shown();
    match take.lesson.steps.get(step) {
        Some(shown) => step_passage(take, step, shown, (width, palette)),
        None => end(take, width, palette),
    }
}

/// Lines being put one below the other.
#[derive(Default)]
struct Page {
    passage: Passage,
    /// Where the kernel's answer to the last prediction stands; 0 where there is none.
    outcome: usize,
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

    /// Adds the kernel's answer to a prediction, once there is one: behind the code that it measures.
    fn add_outcome(
        &mut self,
        take: &Take,
        step: usize,
        asked: Option<(usize, &Prediction)>,
        paper: (usize, Palette),
    ) {
        let Some((part, prediction)) = asked else {
            return;
        };
        if let Answer::Graded(graded) = take.answers.answer(step, part) {
            self.outcome = self.passage.lines.len();
            self.add(question::outcome(prediction, graded, paper));
        }
    }

    /// Adds the explanation and puts it in focus, with the answer before it or the last line of code.
    fn add_explanation(&mut self, lines: Vec<Line<'static>>) {
        let before = self.passage.lines.len();
        self.add(lines);
        let start = match self.outcome {
            // The last line of code and what came of it, an empty line, what was measured.
            0 => before.saturating_sub(4),
            outcome => outcome + 1,
        };
        self.passage.focus = start..self.passage.lines.len();
    }
}

fn step_passage(take: &Take, index: usize, step: &Step, paper: (usize, Palette)) -> Passage {
    let (width, palette) = paper;
    let mut page = Page::default();
    let text = palette.text();
    if index == 0 {
        page.add(prose::lines(&take.lesson.intro, width, text, palette));
    }
    page.add(wrap(&[(&step.title, palette.heading())], width, 0));
    let done = take.position.step > index || take.step_is_done();
    let mut checks = 0;
    let mut asked = None;
    // What stands behind rules explains what they measure: before that, it would give the answer away.
    let mut ahead = false;
    // A block of the main process says so only behind one of another.
    let mut before = Who::Main;
    for (part, content) in step.parts.iter().enumerate() {
        match content {
            Part::Prose(_) if ahead => {}
            Part::Prose(text_of) => page.add(prose::lines(text_of, width, text, palette)),
            Part::Code(code) => {
                let says_who = code.who != Who::Main || before != Who::Main;
                before = code.who;
                page.add_passage(code::passage(take, code, says_who, (width, palette)));
            }
            Part::Predict(prediction) => {
                page.add_outcome(take, index, asked.replace((part, prediction)), paper);
                page.add_passage(question::passage(take, (index, part), prediction, paper));
            }
            Part::Expect(_) => {
                page.add_outcome(take, index, asked.take(), paper);
                let measured = take.answers.verdicts(index, checks);
                ahead |= measured.is_empty() && !done && take.lacks().is_empty();
                page.add(verdicts(measured, paper));
                checks += 1;
            }
        }
    }
    page.add_outcome(take, index, asked, paper);
    if done && take.back().is_none() {
        page.add_explanation(prose::lines(&step.explanation, width, text, palette));
        page.add(measured(take, index, checks, paper));
    } else if page.passage.focus.is_empty() && take.position.item > 0 && take.back().is_none() {
        // The last line has run, and what it came to is still being measured: the text stays where it is.
        let end = page.passage.lines.len();
        page.passage.focus = end.saturating_sub(4)..end;
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

/// What became of a block of expectations, in a line, with those that did not hold; nothing before they are measured,
/// so that they do not give the answer away.
fn verdicts(expected: &[Expected], paper: (usize, Palette)) -> Vec<Line<'static>> {
    let (width, palette) = paper;
    let held = |one: &&Expected| one.verdict == Verdict::Holds;
    let count = expected.iter().filter(held).count();
    let mut lines = Vec::new();
    if count > 0 {
        let said = match (count, expected.len()) {
            (1, 1) => "Measured: it was as expected".to_owned(),
            (2, 2) => "Measured: both were as expected".to_owned(),
            (1, all) => format!("Measured: 1 of {all} was as expected"),
            (count, all) if count == all => format!("Measured: all {all} were as expected"),
            (count, all) => format!("Measured: {count} of {all} were as expected"),
        };
        lines.extend(wrap(
            &[("✓ ", palette.good()), (&said, palette.dim())],
            width,
            2,
        ));
    }
    let others = expected.iter().filter(|one| !held(one));
    lines.extend(others.flat_map(|one| verdict(one, paper)));
    lines
}

/// An expectation, and why it does not hold or is not known.
fn verdict(one: &Expected, (width, palette): (usize, Palette)) -> Vec<Line<'static>> {
    let (mark, style, reason) = match &one.verdict {
        Verdict::Holds => ("✓ ", palette.good(), ""),
        Verdict::Fails => ("✗ ", palette.bad(), one.measured.as_str()),
        Verdict::Unknown(why) => ("? ", palette.unknown(), why.as_str()),
    };
    let mut lines = wrap(
        &[(mark, style), (&one.expression, palette.code())],
        width,
        2,
    );
    if !reason.is_empty() {
        lines.extend(wrap(&[("  ", style), (reason, style)], width, 2));
    }
    lines
}

/// All that was measured at the end of a step, one by one: stands after the explanation.
fn measured(
    take: &Take,
    step: usize,
    checks: usize,
    paper: (usize, Palette),
) -> Vec<Line<'static>> {
    let blocks = (0..checks).flat_map(|nth| take.answers.verdicts(step, nth));
    let mut lines: Vec<Line<'static>> = blocks.flat_map(|one| verdict(one, paper)).collect();
    if !lines.is_empty() {
        let title = Span::styled("Measured in this step:", paper.1.dim());
        lines.insert(0, Line::from(title));
    }
    lines
}

/// The last page of a lesson.
fn end(take: &Take, width: usize, palette: Palette) -> Passage {
    let mut page = Page::default();
    page.add(wrap(
        &[
            ("✓ ", palette.good()),
            ("This lesson is done.", palette.heading()),
        ],
        width,
        2,
    ));
    page.add(balance(take, width, palette));
    for section in &take.lesson.closing {
        page.add(wrap(&[(&section.title, palette.heading())], width, 0));
        page.add(prose::lines(&section.body, width, palette.text(), palette));
    }
    // All of it is to be read now, from its beginning.
    page.passage.focus = 0..page.passage.lines.len();
    page.passage
}

/// What the predictions and expectations of the lesson came to.
fn balance(take: &Take, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let rights = take
        .answers
        .graded()
        .iter()
        .filter_map(|graded| graded.right);
    let (guesses, right) = (
        rights.clone().count(),
        rights.filter(|right| *right).count(),
    );
    let mut said = Vec::new();
    if guesses > 0 {
        said.push(format!(
            "The kernel agreed with {right} of {guesses} guesses."
        ));
    }
    let [held, failed, unknown] = take.answers.held();
    if held + failed + unknown > 0 {
        let text = format!("Of what the lesson expected, {held} held here, {failed} did not");
        said.push(match unknown {
            0 => format!("{text}."),
            unknown => format!("{text}, {unknown} could not be known."),
        });
    }
    wrap(&[(said.join(" ").as_str(), palette.text())], width, 0)
}

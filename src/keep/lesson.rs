//! A session as a lesson: the lines that ran, step by step, with what was measured as rules, and room for prose.
//!
//! It passes `check` and can be played at once. Only what holds on any machine becomes a rule: faults on private
//! anonymous memory, signals, errors of calls, bytes read. Everything else that was seen stands as text for the teacher.
//!
//! What cannot be played again is left out, and said: lines that the learner stopped, and those of processes that such a
//! line would have made.

mod cast;
mod line;
mod page;
mod rules;

use super::Origin;
use crate::c::tokens::{Class, tokenize};
use crate::lesson::{self, Lesson, Options, Part};
use crate::mem::{Ending, Process};
use crate::session::{Moment, Ran, told};
use cast::{Cast, Taken};
use rules::Rules;
use std::borrow::Borrow;
use std::collections::BTreeSet;

/// Sentences of the tutor that are kept of one step.
const TOLD: usize = 8;

/// The Markdown of a session's lesson; a sentence where there can be none.
///
/// `moments` are those of the session, in their order, each start of new processes one without a line.
pub fn markdown<M: Borrow<Moment>>(
    lesson: &Lesson,
    origin: &Origin,
    moments: &[M],
) -> Result<String, String> {
    let mut writer = Writer::new(lesson, origin, moments);
    for moment in moments {
        writer.moment(moment.borrow());
    }
    let steps = writer.finish();
    if steps.is_empty() {
        return Err("nothing has run yet that a lesson could be made of".to_owned());
    }
    let text = page::markdown(lesson, origin, &steps);
    sound(&text).map(|_| text)
}

/// The C program of a session: of the lesson that [`markdown`] makes of it.
pub fn c_program<M: Borrow<Moment>>(
    lesson: &Lesson,
    origin: &Origin,
    moments: &[M],
) -> Result<String, String> {
    let text = markdown(lesson, origin, moments)?;
    Ok(crate::export::typed_program(&sound(&text)?))
}

/// The lesson that a text is, if nothing is wrong with it.
fn sound(text: &str) -> Result<Lesson, String> {
    let told = |mistakes: &[crate::diagnostic::Diagnostic]| {
        let first = mistakes
            .first()
            .map(|mistake| mistake.line("session.md", text));
        format!(
            "this session cannot be a lesson: {}",
            first.unwrap_or_default()
        )
    };
    let lesson = lesson::read("session.md", text).map_err(|mistakes| told(&mistakes))?;
    match &lesson::check_session(&lesson)[..] {
        [] => Ok(lesson),
        mistakes => Err(told(mistakes)),
    }
}

/// A step in the making.
#[derive(Debug, Default)]
struct Step {
    title: String,
    options: Options,
    blocks: Vec<Block>,
    rules: Rules,
    /// What the tutor said while it ran.
    told: Vec<String>,
    /// What was left out, in a sentence each.
    left_out: Vec<String>,
}

/// A fence of code.
#[derive(Debug)]
struct Block {
    /// What stands behind the backticks: `c child 2`.
    info: String,
    /// The C.
    code: String,
    /// What a question before it would measure.
    question: Option<String>,
}

/// Goes through a session and writes steps.
struct Writer<'a> {
    lesson: &'a Lesson,
    cast: Cast,
    steps: Vec<Step>,
    step: Step,
    /// The step of the session's lesson that the lines are of.
    of: Option<usize>,
    /// How many steps of ours that one has become so far.
    parts: usize,
    /// Whether a line has been met since the processes were started.
    has_begun: bool,
}

impl<'a> Writer<'a> {
    fn new<M: Borrow<Moment>>(lesson: &'a Lesson, origin: &Origin, moments: &[M]) -> Self {
        let lines = moments
            .iter()
            .filter_map(|moment| moment.borrow().ran.as_ref());
        let mut writer = Self {
            lesson,
            cast: Cast::new(origin.machine.page_size, BTreeSet::new()),
            steps: Vec::new(),
            step: Step::default(),
            of: None,
            parts: 0,
            has_begun: false,
        };
        let mut words = BTreeSet::new();
        for ran in lines {
            words.extend(identifiers(&ran.code));
            writer.step.rules.hear(&ran.code);
        }
        writer.cast = Cast::new(origin.machine.page_size, words);
        writer
    }

    fn moment(&mut self, moment: &Moment) {
        let Some(ran) = &moment.ran else {
            self.start_afresh();
            return;
        };
        if self.of != Some(ran.step) {
            self.end_step();
            self.of = Some(ran.step);
            self.parts = 0;
        }
        if let Some(step) = self.lesson.steps.get(ran.step) {
            self.step.rules.set_up(&step.options);
        }
        self.has_begun = true;
        match &ran.race {
            Some(race) => self.race(ran, race.stopped.is_some()),
            None => self.line(ran, moment),
        }
    }

    /// New processes: nothing is declared any more. Before the first line that is how every lesson begins.
    fn start_afresh(&mut self) {
        if !self.has_begun {
            return;
        }
        self.end_step();
        self.cast.start_afresh();
        self.step.rules.start_afresh();
        self.step.options.fresh = true;
        self.of = None;
    }

    fn line(&mut self, ran: &Ran, moment: &Moment) {
        let taken = self.cast.take(ran);
        let code = match taken {
            Taken::Nothing => return,
            Taken::Left(why) => {
                let sentence = format!("{} {why}", quoted(&ran.code));
                self.step.left_out.push(sentence);
                return;
            }
            Taken::Declared(code) => {
                let sentence = format!(
                    "the value of {} was never known: the learner stopped the line",
                    quoted(&code)
                );
                self.step.left_out.push(sentence);
                self.block(ran, code);
                return;
            }
            Taken::Code(code) => code,
        };
        let question = self.step.rules.line(ran, moment, &code, &self.cast);
        self.block(ran, code);
        if let Some(block) = self.step.blocks.last_mut() {
            block.question = question;
        }
        let sentences = told(moment).into_iter().map(|told| {
            if told.names_itself {
                told.text
            } else {
                format!("{}: {}", told.who, told.text)
            }
        });
        self.step.told.extend(sentences);
        if self.step.rules.has_effect() {
            self.end_step();
        }
    }

    /// Adds a line to the fence of its process, or begins one.
    fn block(&mut self, ran: &Ran, code: String) {
        let info = match &ran.group {
            Some(group) => format!("c peer {}-{}", group.start(), group.end()),
            None => match self.cast.part(ran.process) {
                Some(Process::Main) | None => "c".to_owned(),
                Some(Process::Child(number)) => format!("c child {number}"),
                Some(Process::Peer(number)) => format!("c peer {number}"),
            },
        };
        self.step.blocks.push(Block {
            info,
            code,
            question: None,
        });
    }

    /// The fences of a race, as the lesson has them.
    fn race(&mut self, ran: &Ran, was_stopped: bool) {
        let Some(step) = self.lesson.steps.get(ran.step).filter(|_| !was_stopped) else {
            let sentence = "a race, which was stopped before its last round".to_owned();
            self.step.left_out.push(sentence);
            return;
        };
        for part in &step.parts {
            let Part::Code(code) = part else { continue };
            let Some(entry) = &code.race else { continue };
            if code.text.end < ran.span.start || ran.span.end < code.text.start {
                continue;
            }
            let kind = match (entry.is_setup, entry.rounds) {
                (true, _) => " setup".to_owned(),
                (false, Some(rounds)) => format!(" rounds={rounds}"),
                (false, None) => String::new(),
            };
            let text = self
                .lesson
                .source
                .get(code.text.clone())
                .unwrap_or_default();
            self.step.blocks.push(Block {
                info: format!("c race {}{kind}", entry.name),
                code: self.cast.renamed(Process::Main, text.trim_end()),
                question: None,
            });
        }
        self.end_step();
    }

    /// Ends the step; one without code is none, but what was left out of it is said in the next.
    fn end_step(&mut self) {
        let next = Step {
            options: Options::default(),
            rules: self.step.rules.next(),
            ..Step::default()
        };
        let mut step = std::mem::replace(&mut self.step, next);
        if step.blocks.is_empty() {
            self.step.left_out = step.left_out;
            self.step.options.fresh = step.options.fresh;
            return;
        }
        self.parts += 1;
        self.entitle(&mut step);
        step.told.dedup();
        self.steps.push(step);
    }

    /// Gives a step its title and its options: those that it had in its lesson.
    fn entitle(&self, step: &mut Step) {
        let old = self.of.and_then(|of| self.lesson.steps.get(of));
        if let Some(old) = old {
            let fresh = step.options.fresh;
            step.options = Options {
                fresh,
                claims: Vec::new(),
                ..old.options.clone()
            };
        }
        let number = self.steps.len() + 1;
        step.title = match old {
            Some(old) if !self.lesson.is_lab() && self.parts == 1 => old.title.clone(),
            Some(old) if !self.lesson.is_lab() => format!("{} ({})", old.title, self.parts),
            _ => match &functions(step)[..] {
                [] => format!("Step {number}"),
                names => format!("Step {number}: {}", names.join(", ")),
            },
        };
    }

    fn finish(mut self) -> Vec<Step> {
        self.end_step();
        if let Some(last) = self.steps.last_mut() {
            last.left_out.append(&mut self.step.left_out);
        }
        self.steps
    }
}

/// The functions that a step calls, the first three.
fn functions(step: &Step) -> Vec<String> {
    let mut names = Vec::new();
    for block in &step.blocks {
        for token in tokenize(&block.code, 0..block.code.len()) {
            let name = &block.code[token.span];
            if token.class == Class::Function && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names.truncate(3);
    names
}

/// The names in a text that could be variables.
fn identifiers(code: &str) -> impl Iterator<Item = String> + '_ {
    let tokens = tokenize(code, 0..code.len()).into_iter();
    tokens
        .filter(|token| token.class == Class::Identifier)
        .map(|token| code[token.span].to_owned())
}

/// A line of C in a sentence: on one line, between backticks.
fn quoted(code: &str) -> String {
    let line = code.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", line.replace('`', "'"))
}

/// Whether the learner, or anything else outside, ended the line before its end.
fn was_stopped(ran: &Ran) -> bool {
    let is_stopped = |ending: &Ending| matches!(ending, Ending::Interrupted(_));
    ran.outcomes
        .iter()
        .any(|(_, outcome)| is_stopped(&outcome.ending))
}

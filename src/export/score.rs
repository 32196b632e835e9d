//! A lesson to the acts of its program: who does what, after whom.
//!
//! Follows the same order as [`Script`](crate::session::script::Script), and counts children as the check of lessons does.

use super::part::{Act, Cue, Entry, Lane, Run};
use super::plain::{Plain, plain};
use super::statement;
use crate::c::Statement;
use crate::c::observers::Prefix;
use crate::lesson::{Block, Code, Expectation, Inline, Lesson, Part, Prediction, Prose, Step, Who};
use crate::mem::{Process, Settings};
use crate::session::race::ROUNDS;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The acts of a lesson: one, and one more for each step that starts afresh.
pub(super) fn acts(lesson: &Lesson) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut writer = Writer::new(lesson);
    for (index, step) in lesson.steps.iter().enumerate() {
        if step.options.fresh && index > 0 {
            acts.push(std::mem::replace(&mut writer, Writer::new(lesson)).act);
        }
        writer.step(index, step);
    }
    acts.push(writer.act);
    acts
}

/// Writes the act that is going on.
struct Writer<'a> {
    lesson: &'a Lesson,
    act: Act,
    /// Index and title of the step.
    step: (usize, &'a str),
    /// How its processes are set up, and how each was when it last had its turn.
    settings: Settings,
    known_settings: BTreeMap<Process, Settings>,
    /// Whose turn it is, and the latest step in which each had one.
    playing: Option<Process>,
    latest_step: BTreeMap<Process, usize>,
}

impl<'a> Writer<'a> {
    fn new(lesson: &'a Lesson) -> Self {
        Self {
            lesson,
            act: Act::default(),
            step: (0, ""),
            settings: Settings::default(),
            known_settings: BTreeMap::new(),
            playing: None,
            latest_step: BTreeMap::new(),
        }
    }

    fn step(&mut self, index: usize, step: &'a Step) {
        self.step = (index, &step.title);
        self.settings = Settings {
            placement: step.options.placement,
            huge_pages: step.options.huge_pages,
            thread: step.options.thread,
        };
        self.playing = None;
        let title = heading(self.step);
        self.act.cues.push(Cue::Step(title.clone()));
        self.tell(Entry::Heading(title));
        let mut asked: Option<&Prediction> = None;
        let mut racing: Vec<&Code> = Vec::new();
        for part in &step.parts {
            match part {
                Part::Prose(prose) => self.prose(prose),
                Part::Code(code) if code.race.is_some() => {
                    racing.push(code);
                    continue;
                }
                _ => self.race(&std::mem::take(&mut racing)),
            }
            match part {
                Part::Prose(_) => {}
                Part::Code(code) => self.code(code),
                Part::Predict(prediction) => {
                    if let Some(before) = asked.replace(prediction) {
                        self.answer(before);
                    }
                    self.question(prediction);
                }
                Part::Expect(rules) => {
                    if let Some(before) = asked.take() {
                        self.answer(before);
                    }
                    self.rules(rules);
                }
            }
        }
        self.race(&racing);
        if let Some(before) = asked {
            self.answer(before);
        }
        self.prose(&step.explanation);
    }

    /// Writes into the part of `main`, which is where the lesson is told.
    fn tell(&mut self, entry: Entry) {
        self.act.parts.entry(Process::Main).or_default().push(entry);
    }

    /// Gives a process its turn, unless it has it.
    fn part(&mut self, process: Process) -> &mut Vec<Entry> {
        if self.playing != Some(process) {
            self.playing = Some(process);
            self.act.cues.push(Cue::Turn(process));
            let is_new_step = self.latest_step.insert(process, self.step.0) != Some(self.step.0);
            let before = self.known_settings.insert(process, self.settings);
            let entries = self.act.parts.entry(process).or_default();
            if is_new_step && process != Process::Main {
                entries.push(Entry::Heading(heading(self.step)));
            }
            entries.push(Entry::Turn);
            let before = before.unwrap_or_default();
            let wanted = self.settings;
            if (before.placement, before.huge_pages) != (wanted.placement, wanted.huge_pages) {
                entries.push(Entry::Settings(wanted));
            }
            if before.thread != wanted.thread && process == Process::Main {
                entries.push(Entry::Thread(wanted.thread));
            }
        }
        self.act.parts.entry(process).or_default()
    }

    fn prose(&mut self, prose: &Prose) {
        for block in &prose.0 {
            self.tell(match block {
                Block::Paragraph(inlines) => Entry::Say(run(inlines)),
                Block::Item(marker, inlines) => Entry::Say(format!("{marker} {}", run(inlines))),
                Block::Verbatim(text) => Entry::Quote(text.clone()),
            });
        }
    }

    /// Blocks that stand together race each other.
    fn race(&mut self, blocks: &[&Code]) {
        let mut rounds = ROUNDS;
        let mut lanes: Vec<Lane> = Vec::new();
        let mut setups = Vec::new();
        for block in blocks {
            let Some(entry) = &block.race else { continue };
            rounds = entry.rounds.unwrap_or(rounds);
            let code = self.lesson.source[block.block().span].to_owned();
            if entry.is_setup {
                setups.push((&entry.name, code));
            } else {
                lanes.push(Lane {
                    name: entry.name.clone(),
                    setup: None,
                    code,
                });
            }
        }
        for (name, code) in setups {
            if let Some(lane) = lanes.iter_mut().find(|lane| lane.name == *name) {
                lane.setup = Some(code);
            }
        }
        if !lanes.is_empty() {
            self.part(Process::Main).push(Entry::Race(rounds, lanes));
        }
    }

    /// A block that each of several peers runs: statement by statement, one peer after the other.
    fn group(&mut self, peers: std::ops::RangeInclusive<u8>, code: &Code) {
        let text = self.lesson.source[code.text.clone()].trim_end();
        let (first, last) = (peers.start(), peers.end());
        self.tell(Entry::Say(format!(
            "Here each of peers {first} to {last} runs:"
        )));
        self.tell(Entry::Quote(text.to_owned()));
        for statement in &code.statements {
            for peer in peers.clone() {
                self.statement(Process::Peer(peer), statement);
            }
        }
    }

    fn code(&mut self, code: &Code) {
        if let Some(peers) = code.who.group() {
            self.group(peers, code);
            return;
        }
        let process = self.process(code.who);
        if process != Process::Main {
            let text = self.lesson.source[code.text.clone()].trim_end();
            self.tell(Entry::Say(format!("Here {process} runs:")));
            self.tell(Entry::Quote(text.to_owned()));
        }
        let mut end = code.text.start;
        for statement in &code.statements {
            self.comments(process, end..statement.span.start);
            self.statement(process, statement);
            end = statement.span.end;
        }
        self.comments(process, end..code.text.end);
    }

    /// Keeps the comments that stand between two statements.
    fn comments(&mut self, process: Process, gap: std::ops::Range<usize>) {
        let text = &self.lesson.source[gap];
        let is_behind = |line: usize| line == 0 && !self.act.parts.is_empty();
        let lines: Vec<(bool, String)> = text
            .lines()
            .enumerate()
            .map(|(number, line)| (is_behind(number), line.trim().to_owned()))
            .filter(|(_, line)| !line.is_empty())
            .collect();
        for (behind, line) in lines {
            let line = line
                .trim_start_matches("//")
                .trim_start_matches("/*")
                .trim_end_matches("*/")
                .trim()
                .to_owned();
            let entries = self.part(process);
            let follows = matches!(entries.last(), Some(Entry::Run(_)));
            entries.push(if behind && follows {
                Entry::Behind(line)
            } else {
                Entry::Say(line)
            });
        }
    }

    fn statement(&mut self, process: Process, statement: &Statement) {
        let forks = statement::forks(statement) as u8;
        let children: Vec<u8> = (1..=forks)
            .map(|nth| self.act.children.saturating_add(nth))
            .collect();
        let (shows, uses) = statement::variables(statement);
        let run = Run {
            code: self.lesson.source[statement.span.clone()].to_owned(),
            shows,
            uses,
            recovers: statement::can_be_left(statement),
            forks: children.clone(),
            forks_more: statement::forks_in_a_loop(statement),
        };
        self.part(process).push(Entry::Run(run));
        self.act.children = self.act.children.saturating_add(forks);
        for child in children {
            let child = Process::Child(child);
            self.known_settings.insert(child, self.settings);
            // Where its statements would stand, even if it never gets any.
            self.act.parts.entry(child).or_default();
        }
    }

    fn question(&mut self, prediction: &Prediction) {
        self.tell(Entry::Say(format!("? {}", prediction.question.plain())));
        let mut choices = String::new();
        for choice in &prediction.choices {
            let _ = writeln!(choices, "{}: {}", choice.value_text, choice.text.plain());
        }
        if !choices.is_empty() {
            self.tell(Entry::Quote(choices));
        }
    }

    /// The answer to a question, where C alone can tell it.
    fn answer(&mut self, prediction: &Prediction) {
        if let Some(plain) = plain(&self.lesson.source, &prediction.measures)
            && !plain.counts
            && let Some(process) = self.asked(&plain)
        {
            self.part(process).push(Entry::Answer(plain.text));
        }
    }

    fn rules(&mut self, rules: &[Expectation]) {
        for rule in rules {
            let plain = plain(&self.lesson.source, &rule.expression);
            match plain.and_then(|plain| Some((self.asked(&plain)?, plain))) {
                Some((process, plain)) => self.part(process).push(Entry::Check(plain.text)),
                None => self.tell(Entry::Rule(rule.text.clone())),
            }
        }
    }

    /// The process that an expression is about, if it is there.
    fn asked(&self, plain: &Plain) -> Option<Process> {
        let process = match plain.prefix {
            None | Some(Prefix::Main) => Process::Main,
            Some(Prefix::Child(None)) => Process::Child(self.act.children),
            Some(Prefix::Child(Some(number))) => Process::Child(number),
            Some(Prefix::Peer(number)) => Process::Peer(number),
            Some(Prefix::Peers) => return None,
        };
        let there = process == Process::Main || self.act.parts.contains_key(&process);
        there.then_some(process)
    }

    fn process(&self, who: Who) -> Process {
        match who {
            Who::Main => Process::Main,
            Who::Peers(first, _) => Process::Peer(first),
            Who::LatestChild => Process::Child(self.act.children),
            Who::Named(process) => process,
        }
    }
}

fn heading((index, title): (usize, &str)) -> String {
    format!("{}. {title}", index + 1)
}

/// Text as in the lesson's source, code between backticks.
fn run(inlines: &[Inline]) -> String {
    let marked = |inline: &Inline| match inline {
        Inline::Text(text) => text.clone(),
        Inline::Emphasis(text) => format!("*{text}*"),
        Inline::Strong(text) => format!("**{text}**"),
        Inline::Code(text) => format!("`{text}`"),
    };
    inlines.iter().map(marked).collect()
}

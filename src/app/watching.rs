//! A process being watched, as the screen knows it: what was read last of each thing, with when, and what the learner
//! chose. No I/O: samples come in, and [`Watching::request`] says what the next one should hold.
//!
//! Samples come whether or not something happened; [`Watching::take_in`] tells them apart, so that nothing is drawn for
//! a process that does nothing.

pub mod act;
pub mod grid;
pub mod history;
pub mod list;
pub mod mark;
pub mod pane;
pub mod runs;
mod talk;

use crate::mem::{Pid, Range, Reading};
use crate::observe::portrait::area::Areas;
use crate::observe::portrait::kin::Kin;
use crate::observe::portrait::status::Status;
use crate::watch::sample::{
    Cost, Counters, Events, Fate, FaultEvent, Line, Sample, Subject, Vmas, is_other,
};
use crate::watch::survey::CLUSTERS;
use crate::watch::{Division, Facts, Request, Survey, Word};
use grid::{Grid, Scope};
use history::History;
use list::List;
use mark::{Age, Mark};
use pane::{Bench, Drawn, Pane};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Fault events that are kept.
const EVENTS: usize = 1000;
/// Lines of output that are kept.
const PRINTED: usize = 1000;
/// How long it is news that a process became another program.
const NEWS: Duration = Duration::from_secs(30);
/// How long a VMA that grows is drawn as long as it was.
const GROWN: Duration = Duration::from_secs(2);

/// Something that was read, and when, since watching began.
#[derive(Clone, Debug)]
pub struct Dated<T> {
    /// When.
    pub at: Duration,
    /// What.
    pub value: T,
}

/// What watching costs, rounded so that it does not flicker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Toll {
    /// Thousandths of a CPU.
    pub share: u64,
    /// Microseconds of the longest call that made the process's own mmap calls wait.
    pub longest: u128,
    /// From one look to the next.
    pub pause: Duration,
}

/// A process being watched.
#[derive(Debug)]
pub struct Watching {
    /// Who it is.
    pub subject: Subject,
    /// The time of the day at which watching began.
    pub began: String,
    /// What became of it, at last.
    pub fate: Option<Fate>,
    /// When it became another program, as long as that is news.
    pub became: Option<Duration>,
    /// Whether reading is paused.
    pub paused: bool,
    /// How often the learner asked for everything anew.
    pub asked: u32,
    /// When the latest sample was made.
    pub now: Duration,
    /// When the process was last seen to have done something.
    stirred: Duration,
    /// When the grid was last made to cover what is chosen.
    covered: Duration,
    /// Counters over time; why not, where they cannot be read.
    pub history: History,
    /// Why the counters cannot be read.
    pub uncounted: Option<String>,
    /// Sizes of `status`.
    pub status: Option<Reading<Status>>,
    /// Every VMA.
    pub vmas: Option<Reading<Arc<Vmas>>>,
    /// What follows from them for a map.
    survey: Option<Survey>,
    /// The VMAs of the rows on the screen, read later than all.
    pub rows: Option<Arc<Vmas>>,
    /// Every VMA with its sizes.
    pub sizes: Option<Dated<Reading<Arc<Areas>>>>,
    /// The list of VMAs.
    pub list: List,
    /// The grid of pages.
    pub grid: Grid,
    /// The processes below.
    pub family: Option<Vec<Kin>>,
    /// The chosen row of the processes: 0 is the one that is watched.
    pub kin: usize,
    /// Faults one by one, the latest last.
    pub events: VecDeque<FaultEvent>,
    /// One of how many minor faults is told, and how many there was no room for.
    pub told: (u64, u64),
    /// Why there are none, or what kinds cannot be seen.
    pub eventless: Option<String>,
    /// How many runs the list of faults is scrolled back.
    pub events_back: usize,
    /// Lines that the command printed, the latest last; `None` for a process that was there before.
    pub output: Option<VecDeque<String>>,
    /// How many rows the output is scrolled back.
    pub output_back: usize,
    /// What it has printed of a line that has no end yet: a question, or how far it has come.
    pub unfinished: String,
    /// The look that differences are told from.
    pub mark: Mark,
    /// The numbers that sentences are made of.
    pub facts: Facts,
    /// What is said in plain words; the first is what changed.
    pub words: Vec<Word>,
    /// The chosen sentence.
    pub word: usize,
    /// Whether the learner chose it; until then it is the first.
    pub is_word_chosen: bool,
    /// What watching costs.
    pub toll: Toll,
    /// How the panels are arranged.
    pub bench: Bench,
    /// Processes that were watched before this one, the latest last.
    pub before: Vec<Pid>,
    /// Something to be said.
    pub notice: Option<String>,
}

impl Watching {
    /// Nothing is known of it yet.
    pub fn new(subject: Subject, began: String) -> Self {
        let output = subject.ours.then(VecDeque::new);
        Self {
            subject,
            began,
            fate: None,
            became: None,
            paused: false,
            asked: 0,
            now: Duration::ZERO,
            stirred: Duration::ZERO,
            covered: Duration::ZERO,
            history: History::default(),
            uncounted: None,
            status: None,
            vmas: None,
            survey: None,
            rows: None,
            sizes: None,
            list: List::default(),
            grid: Grid::default(),
            family: None,
            kin: 0,
            events: VecDeque::new(),
            told: (1, 0),
            eventless: None,
            events_back: 0,
            output,
            output_back: 0,
            unfinished: String::new(),
            mark: Mark::default(),
            facts: Facts::default(),
            words: Vec::new(),
            word: 0,
            is_word_chosen: false,
            toll: Toll::default(),
            bench: Bench::default(),
            before: Vec::new(),
            notice: None,
        }
    }

    /// The VMAs, where they are known.
    pub fn lines(&self) -> Option<&Arc<Vmas>> {
        self.vmas.as_ref()?.known()
    }

    /// What follows from the VMAs for a map.
    pub fn survey(&self) -> Option<&Survey> {
        let vmas = self.lines()?;
        self.survey.as_ref().filter(|survey| survey.is_of(vmas))
    }

    /// The sizes, where they are known.
    pub fn areas(&self) -> Option<&Arc<Areas>> {
        self.sizes.as_ref()?.value.known()
    }

    /// How old the sizes are; `None` as long as the process has done nothing since they were read.
    pub fn age_of_sizes(&self) -> Option<Age> {
        let read = self.sizes.as_ref()?.at;
        (self.stirred > read).then(|| Age::of(read, self.now))
    }

    /// Where RSS goes, where that is known.
    pub fn division(&self) -> Option<&Division> {
        self.facts.division.as_ref()
    }

    /// Whether RSS has become another since it was `rss` bytes.
    pub fn outgrown(&self, rss: u64) -> bool {
        let now = self.history.latest().map(|counters| counters.rss);
        now.is_some_and(|now| is_other(rss, now))
    }

    /// The chosen VMA, as it was read last: its list, and its line there.
    pub fn chosen(&self) -> Option<(&Vmas, &Line)> {
        let vmas = self.lines()?;
        let index = vmas.at(self.list.chosen()?)?;
        Some((vmas, vmas.lines().get(index)?))
    }

    /// The index of the chosen VMA.
    pub fn chosen_index(&self) -> Option<usize> {
        self.lines()?.at(self.list.chosen()?)
    }

    /// What stands in the place of something that was not read.
    pub fn unread(&self) -> &'static str {
        match (&self.fate, self.paused) {
            (Some(Fate::Ended(_)), _) => "not read before it ended",
            (Some(Fate::Refused(_)), _) => "not to be read",
            (None, true) => "not read: paused",
            (None, false) => "not read yet …",
        }
    }

    /// What should be read next, by what is on the screen; `None` while reading is paused.
    pub fn request(&self, drawn: &Drawn) -> Option<Request> {
        if self.paused {
            return None;
        }
        let lines = self.lines().map(|vmas| vmas.lines());
        let first = self.list.top(drawn.rows);
        let rows = (first..first + drawn.rows).filter_map(|row| self.list.vma(row));
        let rows = rows.filter_map(|vma| Some(lines?.get(vma)?.range.start));
        Some(Request {
            rows: rows.collect(),
            lens: drawn
                .grid
                .as_ref()
                .and_then(|frame| self.grid.lens(frame, self.subject.page)),
            chosen: self.chosen().map(|(_, line)| line.range),
            sizes: [Pane::Vmas, Pane::Rss, Pane::Words]
                .into_iter()
                .any(|pane| drawn.shows(pane)),
            family: drawn.shows(Pane::Family),
            events: drawn.shows(Pane::Events),
            asked: self.asked,
        })
    }

    /// Takes in what was read; whether a drawing of it changed.
    pub fn take_in(&mut self, sample: Sample) -> bool {
        let ages = (self.age_of_sizes(), self.mark.age(self.now));
        let passed = sample.at.saturating_sub(self.now);
        self.now = sample.at;
        let mut changed = self.count(&sample.counters);
        changed |= self.grid.take_in(sample.at, sample.cells.as_ref());
        changed |= self.rename(sample.became);
        changed |= replace(&mut self.fate, sample.fate);
        changed |= self.pay(&sample.cost, passed);
        changed |= replace(&mut self.status, sample.status);
        changed |= replace(&mut self.family, sample.family);
        changed |= self.meet(sample.events);
        changed |= self.renew(sample.rows);
        let mapped = self.map(sample.vmas);
        let sized = self.size(sample.sizes);
        if mapped || sized {
            changed = true;
            self.arrange();
        }
        changed |= ages != (self.age_of_sizes(), self.mark.age(self.now));
        if changed {
            self.retell(sized);
        }
        changed
    }

    /// The counters; why they are not known.
    fn count(&mut self, counters: &Reading<Counters>) -> bool {
        let uncounted = counters.reason().map(str::to_owned);
        if self.history.now() != counters.known() {
            self.stirred = self.now;
        }
        let moved = self.history.push(self.now, counters);
        replace_plain(&mut self.uncounted, uncounted) || moved
    }

    /// A process that became another program is known by nothing that was read before.
    fn rename(&mut self, became: Option<String>) -> bool {
        let Some(command) = became else {
            let is_old = |at: &mut Duration| self.now >= *at + NEWS;
            return self.became.take_if(is_old).is_some();
        };
        self.subject.command = command;
        self.became = Some(self.now);
        self.mark = Mark::default();
        self.sizes = None;
        true
    }

    /// What watching costs, of the time that has passed since the sample before.
    fn pay(&mut self, cost: &Cost, passed: Duration) -> bool {
        let wall = passed.max(cost.pause).as_micros().max(1);
        // Thousandths, a quarter of the way towards what this look cost: one that reads much does not make it jump.
        let share = (cost.program.as_micros() * 1000 / wall).min(9999) as u64;
        let share = (self.toll.share * 3 + share).div_ceil(4);
        let toll = Toll {
            share,
            longest: self.toll.longest.max(cost.longest.as_micros()),
            pause: cost.pause,
        };
        let shown = |toll: &Toll| {
            (
                toll.share.min(2),
                toll.share / 5,
                toll.longest / 100,
                toll.pause,
            )
        };
        let changed = shown(&toll) != shown(&self.toll);
        self.toll = toll;
        changed
    }

    fn meet(&mut self, events: Option<Reading<Events>>) -> bool {
        match events {
            None => false,
            Some(Reading::Unknown(why)) => replace_plain(&mut self.eventless, Some(why)),
            Some(Reading::Known(events)) => {
                let was_blind = replace_plain(&mut self.eventless, events.blind);
                let told = (events.each, self.told.1 + events.missed);
                let counts = std::mem::replace(&mut self.told, told) != told;
                let count = events.list.len();
                let before = if self.events_back > 0 {
                    self.runs().len()
                } else {
                    0
                };
                self.events.extend(events.list);
                if self.events_back > 0 {
                    // What is looked at stays where it is.
                    self.events_back += self.runs().len().saturating_sub(before);
                }
                let much = self.events.len().saturating_sub(EVENTS);
                self.events.drain(..much);
                was_blind || counts || count > 0
            }
        }
    }

    /// The VMAs on the screen, read later than all: another row there does not change the list.
    fn renew(&mut self, rows: Option<Arc<Vmas>>) -> bool {
        let Some(rows) = rows else {
            return false;
        };
        let before = self.rows.replace(Arc::clone(&rows));
        !before.is_some_and(|before| Arc::ptr_eq(&before, &rows))
    }

    fn map(&mut self, vmas: Option<Reading<Arc<Vmas>>>) -> bool {
        let Some(vmas) = vmas else {
            return false;
        };
        let same = match (&self.vmas, &vmas) {
            (Some(Reading::Known(was)), Reading::Known(now)) => Arc::ptr_eq(was, now),
            (Some(Reading::Unknown(was)), Reading::Unknown(now)) => was == now,
            _ => false,
        };
        // What was known before it could no longer be read stays on the screen.
        if vmas.known().is_some() || self.lines().is_none() {
            self.vmas = Some(vmas);
        }
        !same
    }

    fn size(&mut self, sizes: Option<Reading<Arc<Areas>>>) -> bool {
        let Some(sizes) = sizes else {
            return false;
        };
        if sizes.known().is_none() && self.areas().is_some() {
            return false;
        }
        let before = self.areas().cloned();
        self.sizes = Some(Dated {
            at: self.now,
            value: sizes,
        });
        self.facts = self.conclude();
        let look = mark::Past {
            at: self.now,
            counters: self.history.latest().copied(),
            division: self.facts.division,
            areas: self.areas().cloned(),
        };
        self.mark.look(look, before.is_some());
        true
    }

    /// Brings the list and the grid up to date with the VMAs and their sizes.
    pub fn arrange(&mut self) {
        let Some(vmas) = self.lines().cloned() else {
            return;
        };
        if self.survey().is_none() {
            self.survey = Some(Survey::of(Arc::clone(&vmas), self.subject.space.end));
        }
        let areas = self.areas().cloned();
        self.list.join(&vmas, areas.as_deref());
        self.list.arrange(&vmas, areas.as_deref());
        // What grows all the time would else be read from its beginning all the time.
        let (was, now) = (self.grid.whole(), self.whole().unwrap_or_default());
        let only_grew = was.start == now.start && was.end < now.end && !was.is_empty();
        if !only_grew || self.now >= self.covered + GROWN {
            self.cover();
        }
    }

    /// Lets the grid cover what is chosen; whether that is something else than before.
    pub fn cover(&mut self) -> bool {
        let whole = self.whole().unwrap_or_default();
        self.covered = self.now;
        self.grid.cover(whole)
    }

    fn whole(&self) -> Option<Range> {
        let vmas = self.lines()?;
        let chosen = self.list.chosen()?;
        let usable = |line: &&Line| line.range.end <= self.subject.space.end;
        match self.grid.scope {
            Scope::Vma => Some(vmas.lines().get(vmas.at(chosen)?)?.range),
            Scope::Around => {
                let clusters = self.survey()?.clusters(CLUSTERS);
                let around = clusters
                    .iter()
                    .find(|cluster| cluster.range.contains(chosen));
                around.map(|cluster| cluster.range)
            }
            Scope::All => Some(Range::new(
                vmas.lines().first()?.range.start,
                vmas.lines().iter().rev().find(usable)?.range.end,
            )),
        }
    }

    /// Lines that the command printed, and what of the next one.
    pub fn print(&mut self, lines: Vec<String>, rest: String) -> bool {
        self.unfinished = rest;
        let output = self.output.get_or_insert_default();
        if self.output_back > 0 {
            self.output_back = (self.output_back + lines.len()).min(PRINTED);
        }
        output.extend(lines);
        let much = output.len().saturating_sub(PRINTED);
        output.drain(..much);
        true
    }

    /// Sets the mark: from what is read next on, everything is compared with it.
    pub fn set_mark(&mut self) {
        self.mark.set(self.now, self.history.latest().copied());
        self.asked = self.asked.wrapping_add(1);
        self.retell(false);
    }

    /// Takes the mark away.
    pub fn unmark(&mut self) -> bool {
        let was = self.mark.is_set();
        self.mark.clear();
        self.retell(false);
        was
    }
}

/// Puts what was read in the place of what was known; whether it is something else.
fn replace<T: PartialEq>(place: &mut Option<T>, read: Option<T>) -> bool {
    read.is_some() && replace_plain(place, read)
}

fn replace_plain<T: PartialEq>(place: &mut Option<T>, read: Option<T>) -> bool {
    if *place == read {
        return false;
    }
    *place = read;
    true
}

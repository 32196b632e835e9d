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

use crate::mem::{Bytes, Pid, Range, Reading};
use crate::observe::portrait::area::Areas;
use crate::observe::portrait::kin::Kin;
use crate::observe::portrait::status::Status;
use crate::watch::facts::Known;
use crate::watch::sample::{Counters, Events, Fate, FaultEvent, Line, Sample, Subject, Vmas};
use crate::watch::survey::CLUSTERS;
use crate::watch::{Division, Facts, Request, Survey, Word, words};
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
/// How long a VMA that grows is drawn as long as it was.
const GROWN: Duration = Duration::from_secs(2);
/// How far the RSS of the counters may lag behind, in bytes: some pages a thread and CPU.
const LAG: u64 = 1 << 20;

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
    /// What became of it.
    pub fate: Option<Fate>,
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
    /// The look that differences are told from.
    pub mark: Mark,
    /// The numbers that sentences are made of.
    pub facts: Facts,
    /// What is said in plain words; the first is what changed.
    pub words: Vec<Word>,
    /// The chosen sentence.
    pub word: usize,
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
            mark: Mark::default(),
            facts: Facts::default(),
            words: Vec::new(),
            word: 0,
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

    /// How old the sizes are. While the process has done nothing since they were read, they are those of now.
    pub fn age_of_sizes(&self) -> Option<Age> {
        let read = self.sizes.as_ref()?.at;
        let until = if self.stirred > read { self.now } else { read };
        Some(Age::of(read, until))
    }

    /// Where RSS goes, where that is known.
    pub fn division(&self) -> Option<&Division> {
        self.facts.division.as_ref()
    }

    /// Whether RSS has become another since it was `rss` bytes: by more than a twentieth, and by more than what the
    /// counters lag behind.
    pub fn outgrown(&self, rss: u64) -> bool {
        let now = self.history.latest().map(|counters| counters.rss);
        now.is_some_and(|now| now.abs_diff(rss) > (rss / 20).max(LAG))
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
        self.now = sample.at;
        let mut changed = self.count(&sample.counters);
        changed |= self.grid.take_in(sample.at, sample.cells.as_ref());
        changed |= self.hear(sample.fate);
        changed |= self.pay(&sample.cost);
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

    /// What became of it. A process that became another program is known by nothing that was read before.
    fn hear(&mut self, fate: Option<Fate>) -> bool {
        let Some(fate) = fate else {
            return false;
        };
        if matches!(fate, Fate::Became(_)) {
            self.mark = Mark::default();
            self.sizes = None;
        }
        self.fate.replace(fate.clone()) != Some(fate)
    }

    fn pay(&mut self, cost: &crate::watch::sample::Cost) -> bool {
        let wall = cost.pause.as_micros().max(1);
        // Thousandths, a quarter of the way towards what this look cost: one that reads much does not make it jump.
        let share = (cost.cpu.as_micros() * 1000 / wall).min(1000) as u64;
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

    fn conclude(&self) -> Facts {
        let sizes = self.sizes.as_ref();
        Facts::from(&Known {
            is_kernel: self.subject.is_kernel,
            status: self.status.as_ref().and_then(Reading::known),
            areas: sizes.map(|sizes| match &sizes.value {
                Reading::Known(areas) => Ok(areas.as_ref()),
                Reading::Unknown(why) => Err(why.as_str()),
            }),
            kin: self.family.as_deref().unwrap_or_default(),
            faults: self
                .history
                .latest()
                .map(|counters| counters.faults)
                .unwrap_or_default(),
            most_vmas: self.subject.most_vmas,
        })
    }

    /// Makes the sentences anew. Where the sizes are as they were, so are the facts made of them.
    fn retell(&mut self, sized: bool) {
        if !sized && self.areas().is_none() {
            self.facts = self.conclude();
        }
        if let Some(counters) = self.history.latest() {
            self.facts.faults = counters.faults;
        }
        if let Some(Reading::Known(status)) = &self.status {
            self.facts.page_tables = status.page_tables;
            self.facts.swap = status.swap;
        }
        let change = self.mark.sentence(self.now, self.history.latest());
        let old = self.facts.division.map(|division| division.rss);
        let old = old.filter(|rss| self.areas().is_some() && self.outgrown(*rss));
        let stale = old.map(|rss| Word {
            text: format!(
                "What follows is of when RSS was {}. It has changed since; the sizes are being read.",
                Bytes(rss)
            ),
            proof: None,
        });
        let has_facts =
            self.facts.division.is_some() || self.facts.is_kernel || self.facts.refused.is_some();
        let rest = has_facts.then(|| words(&self.facts));
        self.words = change
            .into_iter()
            .chain(stale)
            .chain(rest.into_iter().flatten())
            .collect();
        self.word = self.word.min(self.words.len().saturating_sub(1));
    }

    /// Lines that the command printed.
    pub fn print(&mut self, lines: Vec<String>) -> bool {
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

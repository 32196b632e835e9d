//! Values of the expressions of predictions and expectations.
//!
//! What an expression observes is measured first (from the snapshots, the tallies, or another process) and put in its
//! place; the C that is left is compiled and run in `main`, uncounted, as a debugger would.

use super::moment::{Expected, Verdict};
use super::nowhere;
use super::race::{self, Contestant};
use super::stage::{Actor, PATIENCE, Stage, StageError};
use super::tally::Tallies;
use crate::c::observers::{Observation, Observer, Prefix, state_name, substitute};
use crate::c::{self, Expression, Scope, Target, Type};
use crate::lesson::Expectation;
use crate::mem::{
    Addr, Bytes, Control, Ending, Field, Pace, PageSize, PageState, Process, Range, Reading, Usage,
};
use crate::observe::{Mapping, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Everything an expression can be measured with.
pub(super) struct Instruments<'a, S> {
    /// Text that the expression's spans point into.
    pub(super) source: &'a str,
    /// Processes to evaluate C in.
    pub(super) stage: &'a mut S,
    /// Their variables.
    pub(super) scopes: &'a BTreeMap<Process, Scope>,
    /// What was true after the last line.
    pub(super) snapshots: &'a [Arc<Snapshot>],
    /// What the lines so far did.
    pub(super) tallies: &'a Tallies,
    /// The latest race of each contestant.
    pub(super) races: &'a BTreeMap<String, Contestant>,
    /// The process that `child` means.
    pub(super) latest_child: Option<Process>,
    /// Bytes of a page.
    pub(super) page_size: PageSize,
}

/// So many TLB shootdowns are no accident.
const MANY_SHOOTDOWNS: u64 = 100;

/// Why something has no value.
enum Missing {
    /// This kernel or these rights do not let it be read, or noise hides it: nobody's mistake.
    Unknown(String),
    /// There is no such thing: the expression asks for it wrongly.
    Wrong(String),
}

impl Missing {
    fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown(why.into())
    }

    fn wrong(why: impl Into<String>) -> Self {
        Self::Wrong(why.into())
    }
}

impl From<StageError> for Missing {
    fn from(error: StageError) -> Self {
        match error {
            StageError::NoProcess(why) => Self::Wrong(why),
            StageError::Failed(why) => Self::Unknown(why),
        }
    }
}

impl<S: Stage> Instruments<'_, S> {
    /// The value of an expression.
    pub(super) fn measure(&mut self, expression: &Expression) -> Reading<i64> {
        self.answer(expression).0
    }

    /// The value of an expression, and how a value of its type is shown: `'c' (99)`.
    pub(super) fn answer(&mut self, expression: &Expression) -> (Reading<i64>, String) {
        match self.value(expression, &mut Vec::new()) {
            Ok((value, kind)) => (Reading::Known(value), c::show(value, &kind)),
            Err(Missing::Unknown(why) | Missing::Wrong(why)) => {
                (Reading::Unknown(why), String::new())
            }
        }
    }

    /// The verdict on a rule, with what its parts were.
    pub(super) fn judge(&mut self, rule: &Expectation) -> Expected {
        let mut parts = Vec::new();
        let verdict = match self.value(&rule.expression, &mut parts) {
            Ok((0, _)) => Verdict::Fails,
            Ok(_) => Verdict::Holds,
            Err(Missing::Unknown(why)) => Verdict::Unknown(why),
            Err(Missing::Wrong(why)) => {
                parts.push(why);
                Verdict::Fails
            }
        };
        Expected {
            expression: rule.text.clone(),
            verdict,
            measured: parts.join(", "),
        }
    }

    /// The value of an expression in `main`; notes what its parts were.
    fn value(
        &mut self,
        expression: &Expression,
        parts: &mut Vec<String>,
    ) -> Result<(i64, Type), Missing> {
        let source = self.source;
        let rest = substitute(expression, &mut |observation, whole| {
            let (value, kind) = self.observed(observation)?;
            let text = source.get(whole.span.clone()).unwrap_or("it");
            parts.push(format!("{text} = {}", shown(observation, value, &kind)));
            Ok::<_, Missing>((value, kind))
        })?;
        let (value, kind) = self.evaluate(Process::Main, &rest)?;
        if parts.is_empty() {
            parts.extend(self.operands(&rest));
        }
        if parts.is_empty() {
            parts.push(format!("it is {}", c::show(value, &kind)));
        }
        Ok((value, kind))
    }

    /// The two sides of a comparison in plain C, for a reader who wonders why it failed.
    fn operands(&mut self, expression: &Expression) -> Vec<String> {
        let c::ast::ExpressionKind::Binary(operator, left, right) = &expression.kind else {
            return Vec::new();
        };
        let is_comparison = matches!(operator.text(), "==" | "!=" | "<" | "<=" | ">" | ">=");
        if !is_comparison {
            return Vec::new();
        }
        let sides = [left, right].map(|side| {
            let text = self
                .source
                .get(side.span.clone())
                .unwrap_or("it")
                .to_owned();
            self.evaluate(Process::Main, side)
                .map(|(value, kind)| format!("{text} = {}", c::show(value, &kind)))
        });
        sides.into_iter().filter_map(Result::ok).collect()
    }

    /// The value of something observed.
    fn observed(&mut self, observation: &Observation<'_>) -> Result<(i64, Type), Missing> {
        match observation {
            Observation::Elsewhere { prefix, expression } => {
                let process = self.process(*prefix)?;
                self.evaluate(process, expression)
            }
            Observation::Observed {
                prefix,
                observer,
                arguments,
            } => {
                if observer.of_race() {
                    let value = self.raced(observer, arguments)?;
                    return Ok((value, Type::LONG));
                }
                if *prefix == Some(Prefix::Peers) {
                    return self.summed(observer, arguments);
                }
                let process = prefix.map_or(Ok(Process::Main), |prefix| self.process(prefix))?;
                let arguments = arguments
                    .iter()
                    .map(|argument| self.evaluate(process, argument).map(|(value, _)| value))
                    .collect::<Result<Vec<_>, _>>()?;
                self.observe(process, observer, &arguments)
                    .map(|value| (value, observer.of()))
            }
        }
    }

    /// An observer's sum over all peers.
    fn summed(
        &mut self,
        observer: &Observer,
        arguments: &[Expression],
    ) -> Result<(i64, Type), Missing> {
        let mut sum = 0_i64;
        let peers: Vec<Process> = self.scopes.keys().copied().collect();
        for process in peers {
            if !matches!(process, Process::Peer(_)) {
                continue;
            }
            let arguments = arguments
                .iter()
                .map(|argument| self.evaluate(process, argument).map(|(value, _)| value))
                .collect::<Result<Vec<_>, _>>()?;
            sum = sum.wrapping_add(self.observe(process, observer, &arguments)?);
        }
        Ok((sum, Type::LONG))
    }

    /// What a race says of its contestants.
    fn raced(&self, observer: &Observer, arguments: &[Expression]) -> Result<i64, Missing> {
        let contestant = |index: usize| {
            let name = arguments.get(index).and_then(Expression::name);
            let found = name.and_then(|name| self.races.get(name));
            found
                .filter(|contestant| !contestant.rounds.is_empty())
                .ok_or_else(|| Missing::wrong(format!("`{}` has not raced", name.unwrap_or("?"))))
        };
        let first = contestant(0)?;
        let value = match observer.name {
            "time" => first.median().0,
            "round_faults" => first.faults().total(),
            "round_major_faults" => first.faults().major,
            "percent" => first.percent_of(contestant(1)?).ok_or_else(|| {
                Missing::unknown("a round of the other took no time that could be measured")
            })?,
            _ => match first.against(contestant(1)?) {
                race::Verdict::First => 1,
                race::Verdict::Second => 0,
                race::Verdict::Noise => {
                    return Err(Missing::unknown(
                        "the two are within noise of each other here",
                    ));
                }
            },
        };
        Ok(value as i64)
    }

    /// The process that a prefix names.
    fn process(&self, prefix: Prefix) -> Result<Process, Missing> {
        match prefix {
            Prefix::Main => Ok(Process::Main),
            Prefix::Child(Some(number)) => Ok(Process::Child(number)),
            Prefix::Child(None) => self
                .latest_child
                .ok_or_else(|| Missing::wrong("there is no child: nothing has called fork()")),
            Prefix::Peer(number) => Ok(Process::Peer(number)),
            Prefix::Peers => Err(Missing::wrong(
                "only what an observer counts can be summed over peers",
            )),
        }
    }

    /// Runs a C expression in a process.
    fn evaluate(
        &mut self,
        process: Process,
        expression: &Expression,
    ) -> Result<(i64, Type), Missing> {
        let empty = Scope::new(Target {
            page_size: self.page_size.bytes(),
        });
        let scope = self.scopes.get(&process).unwrap_or(&empty);
        // It compiled when the lesson was checked: the learner has declared its names otherwise since.
        let compiled = c::compile_expression(self.source, expression, scope)
            .map_err(|mistake| Missing::unknown(mistake.message))?;
        let kind = compiled.result.unwrap_or(Type::LONG);
        if let Some(value) = nowhere::evaluate(&compiled.program) {
            return Ok((value, kind));
        }
        let begun = Instant::now();
        let mut watch = |_: &_, _: &mut dyn FnMut() -> Vec<Snapshot>| {
            // Nobody can be asked: an expression is no line that could be stopped.
            if begun.elapsed() > PATIENCE {
                Control::Stop
            } else {
                Control::Continue
            }
        };
        let outcomes = self
            .stage
            .run(process, &compiled.program, Pace::Full, &mut watch)?;
        let outcome = outcomes.into_iter().next().map(|(_, outcome)| outcome);
        let outcome =
            outcome.ok_or_else(|| Missing::unknown(format!("{process} did not answer")))?;
        match (outcome.ending, outcome.value) {
            (Ending::Finished, Some(value)) => Ok((value, kind)),
            (Ending::Signal(signal), _) => Err(Missing::wrong(format!(
                "evaluating it raised {} at {}",
                signal.name(),
                signal.address
            ))),
            (ending @ Ending::Interrupted(_), _) => Err(Missing::unknown(format!(
                "{process} could not evaluate it: {ending:?}"
            ))),
            (ending, _) => Err(Missing::wrong(format!(
                "{process} could not evaluate it: {ending:?}"
            ))),
        }
    }

    /// The value of an observer.
    fn observe(
        &self,
        process: Process,
        observer: &Observer,
        arguments: &[i64],
    ) -> Result<i64, Missing> {
        let tally = self.tallies.of(process);
        let at = || {
            arguments
                .first()
                .map_or(Addr(0), |&address| Addr(address as u64))
        };
        let value = match observer.name {
            "minor_faults" => tally.faults.minor,
            "major_faults" => tally.faults.major,
            "calls" => tally.calls,
            "signal" => tally.signal.map_or(0, |signal| signal.number as u64),
            "signal_code" => tally.signal.map_or(0, |signal| signal.code as u64),
            "signal_address" => tally.signal.map_or(0, |signal| signal.address.0),
            "errno" => tally.errno as u64,
            "ns" => tally
                .median()
                .map(|median| median.0)
                .ok_or_else(|| Missing::wrong("this code made no access to be timed"))?,
            "tlb_shootdowns" => *reading(&self.tallies.shootdowns)?,
            "tlb_shootdowns_seen" => match *reading(&self.tallies.shootdowns)? {
                MANY_SHOOTDOWNS.. => 1,
                few => {
                    return Err(Missing::unknown(format!(
                        "only {few} were counted in the whole system: not shown here. A hypervisor may do without, \
                         and so may the processor; or the second thread did not get a CPU of its own"
                    )));
                }
            },
            "vmas" => self.snapshot(process)?.lesson_mappings().count() as u64,
            "page_tables" => *reading(&self.snapshot(process)?.page_tables)?,
            "state" => self.state(process, at())? as u64,
            "present" => self.present(
                process,
                at(),
                arguments.get(1).map_or(1, |&pages| pages.max(0) as u64),
            )?,
            "frame" => self.frame(process, at())?,
            "cached" | "dirty" => self.cache(process, observer.name, arguments)?,
            field => self.usage(process, field, at(), arguments.get(1).copied())?,
        };
        Ok(value as i64)
    }

    fn snapshot(&self, process: Process) -> Result<&Snapshot, Missing> {
        let found = self
            .snapshots
            .iter()
            .find(|snapshot| snapshot.process == process);
        found
            .map(|snapshot| &**snapshot)
            .ok_or_else(|| self.unseen(process))
    }

    /// Why there is no snapshot of a process.
    fn unseen(&self, process: Process) -> Missing {
        let lives = |actor: &Actor| actor.process == process && actor.ended.is_none();
        if self.stage.actors().iter().any(lives) {
            Missing::unknown(format!("{process} could not be looked at"))
        } else {
            Missing::wrong(format!("{process} is not there to be looked at"))
        }
    }

    fn mapping(&self, process: Process, address: Addr) -> Result<&Mapping, Missing> {
        let found = self.snapshot(process)?.mapping_at(address);
        found.ok_or_else(|| Missing::wrong(format!("nothing is mapped at {address} in {process}")))
    }

    /// The state of the page at an address. One that was not read has none that a rule could be about.
    fn state(&self, process: Process, address: Addr) -> Result<PageState, Missing> {
        let snapshot = self.snapshot(process)?;
        match snapshot.state_at(address, self.page_size) {
            PageState::Unknown => Err(Missing::unknown(format!(
                "the page at {address} could not be read"
            ))),
            state => Ok(state),
        }
    }

    /// Pages with a page-table entry among `pages` from `address` on.
    fn present(&self, process: Process, address: Addr, pages: u64) -> Result<u64, Missing> {
        let first = self.page_size.floor(address);
        let mut present = 0;
        for page in 0..pages {
            let Some(address) = first.checked_add(page * self.page_size.bytes()) else {
                break;
            };
            present += u64::from(self.state(process, address)?.is_present());
        }
        Ok(present)
    }

    /// The frame behind an address; 0 when there is none.
    fn frame(&self, process: Process, address: Addr) -> Result<u64, Missing> {
        let mapping = self.mapping(process, address)?;
        let pages = reading(&mapping.pages)?;
        let frames = reading(&pages.frames)?;
        let index = self.page_size.index_in(mapping.vma.range, address);
        let frame = index.and_then(|index| frames.get(index as usize));
        frame
            .copied()
            .ok_or_else(|| Missing::unknown(format!("the page at {address} was not read")))
    }

    /// A field of smaps: of the VMA that holds `address`, or the sum over the VMAs of `length` bytes from there.
    fn usage(
        &self,
        process: Process,
        field: &str,
        address: Addr,
        length: Option<i64>,
    ) -> Result<u64, Missing> {
        let Some(length) = length else {
            let usage = reading(&self.mapping(process, address)?.usage)?;
            return sized(field, usage);
        };
        let wanted = Range::of(
            address,
            self.page_size.pages(length.max(0) as u64) * self.page_size.bytes(),
        );
        let mut sum = 0;
        for mapping in self.snapshot(process)?.mappings_in(wanted) {
            if !wanted.covers(mapping.vma.range) {
                return Err(Missing::unknown(format!(
                    "the VMA {} is only partly in the range",
                    mapping.vma.range
                )));
            }
            sum += sized(field, reading(&mapping.usage)?)?;
        }
        Ok(sum)
    }

    /// Pages of a file in the page cache, or those of them that are dirty.
    fn cache(&self, process: Process, what: &str, arguments: &[i64]) -> Result<u64, Missing> {
        let descriptor = arguments.first().copied().unwrap_or(-1);
        let cached = self.stage.cached(process, descriptor as i32);
        let cached = cached.map_err(Missing::Wrong)?;
        let cached = reading(&cached)?;
        Ok(if what == "cached" {
            cached.pages
        } else {
            cached.dirty
        })
    }
}

/// What is known of a reading, or the reason.
fn reading<T>(reading: &Reading<T>) -> Result<&T, Missing> {
    match reading {
        Reading::Known(value) => Ok(value),
        Reading::Unknown(why) => Err(Missing::unknown(why)),
    }
}

/// A field of smaps by its observer's name.
fn sized(name: &str, usage: &Usage) -> Result<u64, Missing> {
    if name == "huge_page_seen" {
        return match usage.read(Field::AnonHugePages) {
            Reading::Known(0) => Err(Missing::unknown(
                "the kernel had no huge page to give: no free piece of memory was large enough",
            )),
            Reading::Known(_) => Ok(1),
            Reading::Unknown(why) => Err(Missing::Unknown(why)),
        };
    }
    let field = field_of(name)
        .ok_or_else(|| Missing::wrong(format!("there is no observer called {name}")))?;
    reading(&usage.read(field)).copied()
}

/// The field of smaps that an observer reads.
fn field_of(observer: &str) -> Option<Field> {
    Some(match observer {
        "rss" => Field::Rss,
        "pss" => Field::Pss,
        "shared_clean" => Field::SharedClean,
        "shared_dirty" => Field::SharedDirty,
        "private_clean" => Field::PrivateClean,
        "private_dirty" => Field::PrivateDirty,
        "referenced" => Field::Referenced,
        "anonymous" => Field::Anonymous,
        "anon_huge" => Field::AnonHugePages,
        "lazy_free" => Field::LazyFree,
        "swap" => Field::Swap,
        "locked" => Field::Locked,
        _ => return None,
    })
}

/// A measured value in words.
fn shown(observation: &Observation<'_>, value: i64, kind: &Type) -> String {
    match observation {
        Observation::Observed { observer, .. } if observer.name == "state" => state_name(value),
        Observation::Observed { observer, .. }
            if observer.name == "page_tables" || field_of(observer.name).is_some() =>
        {
            Bytes(value as u64).to_string()
        }
        _ => c::show(value, kind),
    }
}

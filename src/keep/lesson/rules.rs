//! What was measured in a step, as rules that hold on any machine.
//!
//! A count of faults is such a rule where every fault was for private anonymous memory: one a page, whoever the kernel is.
//! A file's pages may come with their neighbours or from a disk, and what `malloc` touches is its own affair: of those
//! only "there was one" is a rule. Values are rules where the lines alone decide them.

use super::cast::{Cast, has_ended};
use super::line;
use crate::c::ast::{Expression, ExpressionKind, Initializer, Statement, StatementKind};
use crate::c::observers::{Observer, state_named};
use crate::c::types::Rank;
use crate::c::{constants, scope::declared};
use crate::lesson::Options;
use crate::mem::{
    Access, AccessKind, Act, Addr, Backing, Ending, Faults, Field, Outcome, Placement, Process,
    Signal,
};
use crate::observe::{Mapping, Snapshot};
use crate::session::{Moment, Ran};
use std::collections::{BTreeMap, BTreeSet};

/// Lines of a step, when none of them has an effect.
const LINES: usize = 6;
/// Rules of a step.
const MOST: usize = 8;

/// Words of a session in which the kernel, or the C library, is free to do one thing or another with memory.
const WILD: [&str; 16] = [
    "malloc",
    "calloc",
    "realloc",
    "free",
    "sbrk",
    "malloc_trim",
    "mlock",
    "mincore",
    "getpid",
    "MADV_FREE",
    "MADV_COLD",
    "MADV_PAGEOUT",
    "MADV_COLLAPSE",
    "MADV_HUGEPAGE",
    "MAP_HUGETLB",
    "MADV_MERGEABLE",
];

/// Errors that do not depend on the machine, its limits or its rights.
const ERRORS: [(i32, &str); 12] = [
    (libc::EINVAL, "EINVAL"),
    (libc::EBADF, "EBADF"),
    (libc::EACCES, "EACCES"),
    (libc::ENODEV, "ENODEV"),
    (libc::ENOENT, "ENOENT"),
    (libc::EEXIST, "EEXIST"),
    (libc::EFAULT, "EFAULT"),
    (libc::ESPIPE, "ESPIPE"),
    (libc::EISDIR, "EISDIR"),
    (libc::ENOTDIR, "ENOTDIR"),
    (libc::ECHILD, "ECHILD"),
    (libc::ENXIO, "ENXIO"),
];

/// What the lines of a step did in one process.
#[derive(Clone, Debug)]
struct Tally {
    faults: Faults,
    /// Whether those faults are a matter of the lines alone.
    exact: bool,
    signal: Option<Signal>,
    errno: i32,
}

/// The rules of a step in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    tallies: BTreeMap<Process, Tally>,
    /// Rules about variables: which process, which variable, the rule.
    values: BTreeMap<(Process, String), String>,
    /// Rules about resident memory.
    resident: BTreeMap<(Process, String), String>,
    lines: usize,
    /// Whether a process has ended in this step.
    an_end: bool,
    living: BTreeSet<Process>,
    /// Where each pointer points to, as far as lines said so themselves.
    pointers: BTreeMap<Process, BTreeMap<String, Addr>>,
    /// Whether anything in the session leaves memory to the kernel's or the library's choice.
    wild: bool,
    /// Whether the step leaves pages or their places to the kernel.
    loose: bool,
}

impl Rules {
    /// Takes note of a line of the session, before the first is taken in.
    pub(super) fn hear(&mut self, code: &str) {
        self.wild |= WILD.iter().any(|word| code.contains(word)) || code.contains("/proc");
    }

    /// The rules of the next step: nothing was measured, what is known stays known.
    pub(super) fn next(&self) -> Self {
        Self {
            living: self.living.clone(),
            pointers: self.pointers.clone(),
            wild: self.wild,
            ..Self::default()
        }
    }

    /// New processes.
    pub(super) fn start_afresh(&mut self) {
        self.living.clear();
        self.pointers.clear();
    }

    /// How the processes of the step are set up.
    pub(super) fn set_up(&mut self, options: &Options) {
        self.loose = options.huge_pages || options.placement != Placement::Apart;
    }

    /// Whether the step has shown something: the next line begins another.
    pub(super) fn has_effect(&self) -> bool {
        let shows =
            |tally: &Tally| tally.faults.total() > 0 || tally.signal.is_some() || tally.errno != 0;
        self.an_end || self.lines >= LINES || self.tallies.values().any(shows)
    }

    /// Takes a line in; gives what a question about it would measure.
    pub(super) fn line(
        &mut self,
        ran: &Ran,
        moment: &Moment,
        code: &str,
        cast: &Cast,
    ) -> Option<String> {
        self.lines += 1;
        let living = moment.snapshots.iter();
        self.living = living.filter_map(|one| cast.part(one.process)).collect();
        let statement = line::single(code).ok()?;
        self.inherit(ran, cast);
        let mut question = None;
        for (process, outcome) in &ran.outcomes {
            let Some(part) = cast.part(*process) else {
                continue;
            };
            let snapshot = moment.snapshots.iter().find(|one| one.process == *process);
            let exact = !self.wild && !self.loose && is_exact(outcome, snapshot.map(|one| &**one));
            self.tally(part, outcome, exact);
            self.value(part, &statement, outcome, snapshot.map(|one| &**one));
            if let Some(snapshot) = snapshot.filter(|_| exact) {
                self.residence(part, snapshot, outcome);
            }
            if exact && outcome.totals.faults.minor > 0 && ran.outcomes.len() == 1 {
                question = Some(format!("{}minor_faults", prefix(part)));
            }
        }
        question
    }

    /// Children know the pointers of their parent.
    fn inherit(&mut self, ran: &Ran, cast: &Cast) {
        let parent = cast
            .part(ran.process)
            .and_then(|part| self.pointers.get(&part))
            .cloned();
        let forked = ran.outcomes.iter().skip(1);
        for part in forked.filter_map(|(process, _)| cast.part(*process)) {
            if matches!(part, Process::Child(_)) {
                self.pointers
                    .insert(part, parent.clone().unwrap_or_default());
            }
        }
    }

    fn tally(&mut self, part: Process, outcome: &Outcome, exact: bool) {
        let ended = has_ended(&outcome.ending);
        self.an_end |= ended;
        let tally = self.tallies.entry(part).or_insert(Tally {
            faults: Faults::default(),
            exact: true,
            signal: None,
            errno: 0,
        });
        tally.faults += outcome.totals.faults;
        tally.exact &= exact && !ended;
        tally.signal = outcome.signal().or(tally.signal);
        if outcome.errno != 0 {
            tally.errno = outcome.errno;
        }
    }

    /// Notes what a line gave a variable, where the same line will always give it the same.
    fn value(
        &mut self,
        part: Process,
        statement: &Statement,
        outcome: &Outcome,
        snapshot: Option<&Snapshot>,
    ) {
        for name in line::changed(statement) {
            self.resident.remove(&(part, name.clone()));
            if let Some(pointers) = self.pointers.get_mut(&part) {
                pointers.remove(&name);
            }
            self.values.remove(&(part, name));
        }
        let Some(((name, of), value)) = given(statement).zip(outcome.value) else {
            return;
        };
        if outcome.ending != Ending::Finished || Observer::named(name).is_some() {
            return;
        }
        if state_named(name).is_some() {
            return;
        }
        let (initial, is_byte) = of;
        let rule = match called(initial) {
            Some("mmap" | "mremap") if value == -1 => Some(format!("{name} == MAP_FAILED")),
            Some("mmap" | "mremap") => {
                let pointers = self.pointers.entry(part).or_default();
                pointers.insert(name.to_owned(), Addr(value as u64));
                Some(format!("{name} != MAP_FAILED"))
            }
            Some("open" | "creat" | "memfd_create" | "shm_open") => Some(match value {
                -1 => format!("{name} == -1"),
                _ => format!("{name} >= 0"),
            }),
            Some(
                "mprotect" | "munmap" | "madvise" | "msync" | "close" | "ftruncate" | "fsync"
                | "fstat" | "munlock" | "unlink",
            ) if matches!(value, 0 | -1) => Some(format!("{name} == {value}")),
            None if is_byte && !self.wild && reads_one_byte(outcome, snapshot) => {
                Some(format!("{name} == {}", byte(value)))
            }
            _ => None,
        };
        if let Some(rule) = rule {
            self.values
                .insert((part, name.to_owned()), format!("{}{rule}", prefix(part)));
        }
    }

    /// Notes how much of the mapping that was touched is resident.
    fn residence(&mut self, part: Process, snapshot: &Snapshot, outcome: &Outcome) {
        let faulted = accesses(outcome).find(|access| access.faults.total() > 0);
        let Some(mapping) = faulted.and_then(|access| snapshot.mapping_at(access.address)) else {
            return;
        };
        let (Some(usage), Some(pages)) = (mapping.usage.known(), mapping.pages.known()) else {
            return;
        };
        let start = mapping.vma.range.start;
        let pointers = self.pointers.get(&part);
        let name = pointers.and_then(|known| known.iter().find(|(_, at)| **at == start));
        let count = pages.states.len() as u64 + pages.cut;
        let (Some((name, _)), Some(size)) = (name, mapping.vma.range.length().checked_div(count))
        else {
            return;
        };
        let unsteady = [Field::Swap, Field::AnonHugePages, Field::LazyFree];
        let is_steady = unsteady
            .iter()
            .all(|&field| usage.sizes.get(field).unwrap_or(0) == 0);
        let Some(rss) = usage
            .sizes
            .get(Field::Rss)
            .filter(|_| is_steady && size > 0)
        else {
            return;
        };
        let amount = match rss / size {
            0 => "0".to_owned(),
            1 => "PAGE".to_owned(),
            pages => format!("{pages} * PAGE"),
        };
        let rule = format!("{}rss({name}) == {amount}", prefix(part));
        self.resident.insert((part, name.clone()), rule);
    }

    /// The rules; never none.
    pub(super) fn text(&self) -> Vec<String> {
        let mut rules = Vec::new();
        for (part, tally) in &self.tallies {
            let prefix = prefix(*part);
            match tally.faults {
                Faults { minor: 0, major: 0 } => {}
                Faults { minor, major: 0 } if tally.exact => {
                    rules.push(format!("{prefix}minor_faults == {minor}"));
                }
                _ => rules.push(format!("{prefix}minor_faults + {prefix}major_faults >= 1")),
            }
            // A division by zero is nothing that C promises a signal for.
            let signal = tally.signal;
            let of_memory =
                |signal: &Signal| [libc::SIGSEGV, libc::SIGBUS].contains(&signal.number);
            if let Some(signal) = signal.filter(of_memory) {
                let known = |name: &str| constants::lookup(name).is_some();
                let pairs = [
                    ("signal", signal.name()),
                    ("signal_code", signal.code_name()),
                ];
                let pairs = pairs.into_iter().filter(|(_, name)| known(name));
                rules.extend(pairs.map(|(what, name)| format!("{prefix}{what} == {name}")));
            }
            let error = ERRORS.iter().find(|(number, _)| *number == tally.errno);
            rules.extend(error.map(|(_, name)| format!("{prefix}errno == {name}")));
        }
        let lives = |(key, _): &(&(Process, String), &String)| self.living.contains(&key.0);
        let values = self.values.iter().chain(&self.resident).filter(lives);
        rules.extend(values.map(|(_, rule)| rule.clone()));
        rules.truncate(MOST);
        if rules.is_empty() {
            rules.push(self.nothing_happened());
        }
        rules
    }

    /// A rule for a step that shows nothing else.
    fn nothing_happened(&self) -> String {
        match self.tallies.first_key_value() {
            Some((part, tally)) if tally.exact => format!("{}minor_faults == 0", prefix(*part)),
            Some((part, _)) => format!("{}minor_faults >= 0", prefix(*part)),
            None => "minor_faults >= 0".to_owned(),
        }
    }
}

/// A process in front of what is asked of it.
fn prefix(process: Process) -> String {
    match process {
        Process::Main => String::new(),
        Process::Child(number) => format!("child{number}."),
        Process::Peer(number) => format!("peer{number}."),
    }
}

fn accesses(outcome: &Outcome) -> impl Iterator<Item = &Access> {
    outcome.acts.iter().filter_map(|act| match act {
        Act::Access(access) => Some(access),
        Act::Call(_) => None,
    })
}

/// Whether a mapping is private memory without a file that `mmap` made.
fn is_plain(mapping: &Mapping) -> bool {
    mapping.vma.is_private() && mapping.vma.backing == Backing::Anonymous
}

/// Whether all faults of a line were for private anonymous memory, and all that is known of the others was there or too.
fn is_exact(outcome: &Outcome, snapshot: Option<&Snapshot>) -> bool {
    let told: u64 = accesses(outcome).map(|access| access.faults.total()).sum();
    let plain = |access: &Access| {
        let mapping = snapshot.and_then(|snapshot| snapshot.mapping_at(access.address));
        match mapping {
            Some(mapping) => is_plain(mapping) || mapping.own && access.faults.total() == 0,
            None => access.faults.total() == 0 && access.signal.is_some(),
        }
    };
    outcome.totals.faults.major == 0
        && told == outcome.totals.faults.total()
        && accesses(outcome).all(plain)
}

/// Whether a line reads one place of the lesson's memory and does nothing else with it.
fn reads_one_byte(outcome: &Outcome, snapshot: Option<&Snapshot>) -> bool {
    let calls = outcome.totals.calls;
    let mut reads = accesses(outcome).filter(|access| {
        let mapping = snapshot.and_then(|snapshot| snapshot.mapping_at(access.address));
        !mapping.is_some_and(|mapping| mapping.own)
    });
    let first = reads.next();
    let one = first.is_some_and(|access| access.kind == AccessKind::Read && access.length == 1);
    calls == 0 && one && reads.next().is_none()
}

/// What a statement gives a value to, what it is made of, and whether it is one byte.
fn given(statement: &Statement) -> Option<(&str, (&Expression, bool))> {
    match &statement.kind {
        StatementKind::Declaration(list) => match &list[..] {
            [one] => match &one.initial {
                Some(Initializer::Value(value)) => {
                    let rank = one.of.base.rank().filter(|_| one.of.derived.is_empty());
                    let is_byte = matches!(rank, Some(Rank::Char | Rank::UnsignedChar));
                    debug_assert!(declared(statement).contains(&one.name.as_str()));
                    Some((&one.name, (value, is_byte)))
                }
                _ => None,
            },
            _ => None,
        },
        StatementKind::Expression(expression) => match &expression.kind {
            ExpressionKind::Assign(None, target, value) => Some((target.name()?, (value, false))),
            _ => None,
        },
        _ => None,
    }
}

/// The function that an expression calls, casts left out.
fn called(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::Call(callee, _) => Some(callee.name().unwrap_or("?")),
        ExpressionKind::Cast(_, inner) => called(inner),
        _ => None,
    }
}

/// A byte as C writes it.
fn byte(value: i64) -> String {
    match u8::try_from(value) {
        Ok(c) if c.is_ascii_graphic() && !matches!(c, b'\'' | b'\\') => {
            format!("'{}'", char::from(c))
        }
        _ => value.to_string(),
    }
}

//! What was done since the processes started, and what came of it: enough to do it again in new ones, and to say in
//! words what is not as it was.
//!
//! Keeps no acts and no snapshots: a line costs its text and a few numbers, however much it touched.

use super::moment::Ran;
use super::script::Position;
use crate::c::constants::errno_name;
use crate::mem::{Ending, Faults, Outcome, Process};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// The most lines whose differences are told one by one; the others are counted.
const MOST_TOLD: usize = 12;

/// Everything done in the processes that run now.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    /// Where the lesson was when they started.
    pub base: Position,
    /// What was done since, first to last.
    pub deeds: Vec<Deed>,
}

/// One thing done.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    /// What.
    pub what: What,
    /// The line that ran by it, if one did.
    pub line: Option<Upshot>,
}

/// What a learner or a lesson did.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A step was entered, or the page behind the last one.
    Entered(usize),
    /// The next thing of the lesson was done, with a guess where one was asked for.
    Advanced(Option<String>),
    /// A statement was typed.
    Typed(Typed),
}

/// A statement of the learner's own.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    /// Who ran it.
    pub process: Process,
    /// The text it stands in.
    pub source: Arc<str>,
    /// Which of the statements of the text it is, counted from 0.
    pub place: usize,
}

/// What came of a line, without its acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Upshot {
    /// Its C, as written.
    pub code: Box<str>,
    /// Its value, as shown.
    result: Option<Box<str>>,
    /// Each process that took part.
    shares: Box<[Share]>,
    /// Whether it was told to stop while it ran: how far it got, nobody can say again.
    pub was_stopped: bool,
}

/// What a line did in one process.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Share {
    process: Process,
    faults: Faults,
    errno: i32,
    ending: Ending,
    /// Stands for what it printed.
    printed: u64,
}

/// What a replay came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many lines were to run again.
    pub wanted: usize,
    /// How many did.
    pub lines: usize,
    /// Lines that gave something else than before, the first ones.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub more: usize,
    /// The line before which it stopped, and why.
    pub halt: Option<Halt>,
}

/// A line that gave something else than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its number, counted from 1.
    pub line: usize,
    /// Its C, as written.
    pub code: String,
    /// What was, and what is: `gave 4243, gives 5310 now`.
    pub words: String,
}

/// Where a replay ended before its last line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// The number of the line that is not as it was, counted from 1.
    pub line: usize,
    /// Its C, as written.
    pub code: String,
    /// Why it went no further, a clause.
    pub why: String,
}

/// Numbers of processes that are no more, and those of the ones that play their parts now.
pub(super) type Numbers = BTreeMap<i64, i64>;

impl Journal {
    /// Begins afresh, with new processes.
    pub(super) fn restart(&mut self, base: Position) {
        self.base = base;
        self.deeds.clear();
    }

    /// Notes something done.
    pub(super) fn note(&mut self, what: What, line: Option<Upshot>) {
        self.deeds.push(Deed { what, line });
    }

    /// How many lines ran.
    pub(super) fn lines(&self) -> usize {
        self.deeds.iter().filter(|deed| deed.line.is_some()).count()
    }

    /// What was done up to a line and with it; all that was done, when there were no more.
    pub(super) fn first(&self, lines: usize) -> Vec<Deed> {
        if lines >= self.lines() {
            return self.deeds.clone();
        }
        let mut left = lines;
        let kept = self.deeds.iter().take_while(|deed| {
            let goes_on = left > 0;
            left -= usize::from(goes_on && deed.line.is_some());
            goes_on
        });
        kept.cloned().collect()
    }
}

impl Upshot {
    /// What is kept of a line.
    pub(super) fn of(ran: &Ran, was_stopped: bool) -> Self {
        let share = |(process, outcome): &(Process, Outcome)| Share {
            process: *process,
            faults: outcome.totals.faults,
            errno: outcome.errno,
            ending: outcome.ending.clone(),
            printed: digest(&outcome.output),
        };
        Self {
            code: ran.code.as_str().into(),
            result: ran.result.as_deref().map(Into::into),
            shares: ran.outcomes.iter().map(share).collect(),
            was_stopped,
        }
    }

    /// The end of a process that this line brought and `then` did not, in words.
    pub(super) fn ended_now(&self, then: &Self) -> Option<String> {
        let is_end = |ending: &Ending| matches!(ending, Ending::Died(_) | Ending::Exited(_));
        let mut ended = self.shares.iter().filter(|share| is_end(&share.ending));
        let share = ended.find(|share| {
            let before = then.share(share.process);
            !before.is_some_and(|before| is_end(&before.ending))
        })?;
        Some(format!(
            "{} {} now",
            share.process,
            ending_words(&share.ending)
        ))
    }

    fn share(&self, process: Process) -> Option<&Share> {
        self.shares.iter().find(|share| share.process == process)
    }

    /// What is not as it was `then`, in words; `None` when nothing is.
    pub(super) fn differs_from(&self, then: &Self, numbers: &Numbers) -> Option<String> {
        let mut words = Vec::new();
        words.extend(result_words(
            then.result.as_deref(),
            self.result.as_deref(),
            numbers,
        ));
        let several = self.shares.len() > 1;
        for share in &self.shares {
            let Some(before) = then.share(share.process) else {
                words.push(format!("{} took no part in it before", share.process));
                continue;
            };
            let lead = if several {
                format!("{}: ", share.process)
            } else {
                String::new()
            };
            let told = share.differs_from(before).into_iter();
            words.extend(told.map(|one| format!("{lead}{one}")));
        }
        let is_missing = |share: &&Share| self.share(share.process).is_none();
        let missing = then.shares.iter().filter(is_missing);
        words.extend(missing.map(|share| format!("{} takes no part in it now", share.process)));
        (!words.is_empty()).then(|| words.join("; "))
    }
}

impl Share {
    fn differs_from(&self, then: &Self) -> Vec<String> {
        let mut words = Vec::new();
        if self.ending != then.ending {
            words.push(format!(
                "it {}, and {} now",
                ending_words(&then.ending),
                ending_words(&self.ending)
            ));
        }
        if self.errno != then.errno {
            words.push(format!(
                "it {}, and {} now",
                errno_words(then.errno),
                errno_words(self.errno)
            ));
        }
        if self.faults != then.faults {
            words.push(format!("it cost {}, and {} now", then.faults, self.faults));
        }
        if self.printed != then.printed {
            words.push("it printed something else".to_owned());
        }
        words
    }
}

impl Replayed {
    /// Notes what a line gave that it did not give before.
    pub(super) fn note(&mut self, line: usize, code: &str, words: String) {
        if self.differences.len() == MOST_TOLD {
            self.more += 1;
            return;
        }
        let code = code.to_owned();
        self.differences.push(Difference { line, code, words });
    }
}

/// Two values of a line. The number of a process is another for each process, and so are addresses that the kernel or
/// malloc chose: that is said with them.
fn result_words(then: Option<&str>, now: Option<&str>, numbers: &Numbers) -> Option<String> {
    if then == now {
        return None;
    }
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
    let is_number = number(then).is_some_and(|then| numbers.get(&then).copied() == number(now));
    let is_address = |text: Option<&str>| text.is_some_and(|text| text.starts_with("0x"));
    let why = if is_number {
        ": a new process has a new number"
    } else if is_address(then) && is_address(now) {
        ": memory lies elsewhere in a new process"
    } else {
        ""
    };
    Some(match (then, now) {
        (Some(then), Some(now)) => format!("it gave {then}, and gives {now} now{why}"),
        (Some(then), None) => format!("it gave {then}, and has no value now"),
        (None, Some(now)) => format!("it had no value, and gives {now} now"),
        (None, None) => return None,
    })
}

fn errno_words(errno: i32) -> String {
    match (errno, errno_name(errno)) {
        (0, _) => "did not fail".to_owned(),
        (_, Some(name)) => format!("failed with {name}"),
        (number, None) => format!("failed with errno {number}"),
    }
}

fn ending_words(ending: &Ending) -> String {
    match ending {
        Ending::Finished => "ran to its end".to_owned(),
        Ending::Signal(signal) => format!("raised {} ({})", signal.name(), signal.code_name()),
        Ending::Exited(status) => format!("exited with status {status}"),
        Ending::Interrupted(why) => format!("was stopped ({why})"),
        Ending::Died(how) => format!("died ({how})"),
    }
}

/// Stands for bytes: the same for the same.
fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Addr, Signal};

    fn upshot(result: &str, minor: u64, ending: Ending) -> Upshot {
        Upshot {
            code: "x;".into(),
            result: Some(result.into()),
            shares: Box::new([Share {
                process: Process::Main,
                faults: Faults { minor, major: 0 },
                errno: 0,
                ending,
                printed: 0,
            }]),
            was_stopped: false,
        }
    }

    #[test]
    fn what_is_not_as_it_was_is_said_and_nothing_else() {
        let segv = Ending::Signal(Signal {
            number: 11,
            code: 1,
            address: Addr(0x1000),
        });
        let was = upshot("4243", 1, Ending::Finished);
        let numbers = Numbers::from([(4243, 5310)]);
        let table = [
            (upshot("4243", 1, Ending::Finished), None),
            (
                upshot("5310", 1, Ending::Finished),
                Some("it gave 4243, and gives 5310 now: a new process has a new number"),
            ),
            (
                upshot("7", 1, Ending::Finished),
                Some("it gave 4243, and gives 7 now"),
            ),
            (
                upshot("4243", 2, segv),
                Some(
                    "it ran to its end, and raised SIGSEGV (SEGV_MAPERR) now; it cost 1 minor fault, and 2 minor faults \
                     now",
                ),
            ),
        ];
        for (now, words) in table {
            assert_eq!(now.differs_from(&was, &numbers).as_deref(), words);
        }
    }

    #[test]
    fn only_an_end_that_was_none_before_is_one_now() {
        let lives = upshot("0", 0, Ending::Finished);
        let dies = upshot("0", 0, Ending::Died("killed by SIGKILL".to_owned()));
        assert_eq!(lives.ended_now(&dies), None);
        assert_eq!(dies.ended_now(&dies), None);
        let told = dies.ended_now(&lives);
        assert_eq!(told.as_deref(), Some("main died (killed by SIGKILL) now"));
    }

    #[test]
    fn what_belongs_to_the_first_lines_ends_with_the_last_of_them() {
        let mut journal = Journal::default();
        let line = || Some(upshot("0", 0, Ending::Finished));
        journal.note(What::Advanced(None), line());
        journal.note(What::Entered(1), None);
        journal.note(What::Advanced(Some("3".into())), line());
        journal.note(What::Entered(2), None);
        let counts = |lines| journal.first(lines).len();
        assert_eq!([0, 1, 2, 9].map(counts), [0, 1, 4, 4]);
    }

    #[test]
    fn as_many_differences_are_told_as_can_be_read() {
        let mut replayed = Replayed::default();
        for line in 0..MOST_TOLD + 3 {
            replayed.note(line, "x;", "it differs".to_owned());
        }
        assert_eq!((replayed.differences.len(), replayed.more), (MOST_TOLD, 3));
    }
}

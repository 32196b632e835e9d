//! What is going on, in plain words: one rule a sentence, each with the lesson that shows the same.
//!
//! A rule speaks only where its numbers are known and matter. It says what the kernel's counters say and no more:
//! whether a program leaks cannot be seen in one look, so no rule claims it; that page cache is no leak can be said.

use super::facts::Facts;
use crate::mem::Bytes;

/// A sentence, and where it is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What it is about: by this it is known again when its numbers have changed.
    pub topic: Topic,
    /// The sentence.
    pub text: String,
    /// The lesson that shows it; none where no lesson does.
    pub proof: Option<Proof>,
}

/// What a sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// What changed.
    Change,
    /// That what follows is not of now.
    Age,
    /// What the rule of that number says.
    Rule(usize),
    /// Major faults.
    MajorFaults,
    /// That there is nothing to be said.
    Nothing,
}

/// A step of a built-in lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The number of the lesson, as its file name begins: `03`.
    pub lesson: &'static str,
    /// The number of the step, from 1.
    pub step: usize,
    /// The title of the step, by which a test finds out whether the number is still right.
    pub title: &'static str,
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "see lesson {}, step {}", self.lesson, self.step)
    }
}

/// Makes a sentence of facts, or keeps silent.
type Says = fn(&Facts) -> Option<String>;

const fn proof(lesson: &'static str, step: usize, title: &'static str) -> Proof {
    Proof {
        lesson,
        step,
        title,
    }
}

/// The table: rules in the order in which they speak.
const RULES: [(Says, Option<Proof>); 20] = [
    (kernel, None),
    (refused, None),
    (
        file_of_many,
        Some(proof("12", 4, "Ten processes, one file")),
    ),
    (file_alone, Some(proof("03", 6, "Out of memory"))),
    (
        file_unsplit,
        Some(proof("12", 4, "Ten processes, one file")),
    ),
    (anonymous, Some(proof("01", 6, "A store without a look"))),
    (
        heap,
        Some(proof("10", 2, "A hundred times a hundred bytes")),
    ),
    (lazy, Some(proof("15", 6, "Free, perhaps"))),
    (
        shared_memory,
        Some(proof("07", 7, "Given back, and still there")),
    ),
    (forked, Some(proof("06", 2, "Then there were two"))),
    (family, Some(proof("12", 4, "Ten processes, one file"))),
    (copied, Some(proof("04", 2, "The first store"))),
    (dirty, Some(proof("11", 1, "A hundred stores, one debt"))),
    (deleted, Some(proof("14", 3, "The file without a name"))),
    (huge, Some(proof("16", 2, "All at once"))),
    (hugetlb, Some(proof("16", 5, "Set aside beforehand"))),
    (promise, Some(proof("01", 2, "However long it is"))),
    (
        page_tables,
        Some(proof("17", 3, "The bill that Rss does not show")),
    ),
    (swapped, None),
    (many_vmas, Some(proof("14", 5, "Row upon row"))),
];

/// What is said where no rule speaks.
const NOTHING: &str = "Nothing here stands out: no part of RSS is half of it, and nothing is swapped, marked or locked.";

/// The sentences for these facts; never none.
pub fn words(facts: &Facts) -> Vec<Word> {
    let spoken = RULES
        .iter()
        .enumerate()
        .filter_map(|(rule, (says, proof))| {
            says(facts).map(|text| Word {
                topic: Topic::Rule(rule),
                text,
                proof: *proof,
            })
        });
    let mut words: Vec<Word> = spoken.collect();
    words.extend(major_faults(facts));
    if words.is_empty() {
        words.push(Word {
            topic: Topic::Nothing,
            text: NOTHING.to_owned(),
            proof: None,
        });
    }
    words
}

/// A number with a comma between thousands: `3,072`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `part` of `whole` in percent; never 100 where something is left, nor 0 where something is there.
pub fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let rounded = (u128::from(part) * 100 + u128::from(whole) / 2) / u128::from(whole);
    let rounded = u64::try_from(rounded).unwrap_or(u64::MAX);
    match part {
        0 => 0,
        part if part < whole => rounded.clamp(1, 99),
        _ => rounded,
    }
}

/// The same as text: `<1 %` where it is less.
pub fn share(part: u64, whole: u64) -> String {
    match part.saturating_mul(100).checked_div(whole) {
        Some(0) if part > 0 => "<1 %".to_owned(),
        _ => format!("{} %", percent(part, whole)),
    }
}

/// Whether `part` is at least so many percent of `whole`, and of something.
fn weighs(part: u64, least: u64, whole: u64) -> bool {
    part > 0 && u128::from(part) * 100 >= u128::from(least) * u128::from(whole)
}

const MIB: u64 = 1 << 20;

fn kernel(facts: &Facts) -> Option<String> {
    facts.is_kernel.then(|| {
        "This is a thread of the kernel itself: it has no memory of its own to show, as it works in the kernel's. \
         That its list of VMAs is empty is as it should be."
            .to_owned()
    })
}

fn refused(facts: &Facts) -> Option<String> {
    let why = facts.refused.as_ref()?;
    Some(format!(
        "What it has mapped is not known here: {why}. What is said comes from the files that everybody may read."
    ))
}

/// Who gets page cache back, and from where.
fn evictable(facts: &Facts) -> &'static str {
    match facts.locked {
        Some(0) => "The kernel can take it back when memory is short: it is not a leak.",
        Some(_) => {
            "What is not locked of it, the kernel can take back when memory is short: it is not a leak."
        }
        None => {
            "Unless it is locked, the kernel can take it back when memory is short: it is not a leak."
        }
    }
}

/// `page cache of model.gguf` where one file is most of it.
fn cache_of(facts: &Facts, file: u64) -> String {
    match &facts.first_file {
        Some((name, bytes)) if weighs(*bytes, 90, file) => format!("page cache of {name}"),
        Some((name, bytes)) if weighs(*bytes, 50, file) => {
            format!("page cache of files, most of it of {name}")
        }
        _ => "page cache of files".to_owned(),
    }
}

fn file_of_many(facts: &Facts) -> Option<String> {
    let division = facts.division?;
    let (file, shared) = (division.file(), division.file_shared?);
    (weighs(file, 50, division.rss) && weighs(shared, 50, file)).then(|| {
        format!(
            "{} % of this RSS is {}, and {} of it ({}) are mapped by other processes too, each of which counts the same \
             pages in its own RSS. {}",
            percent(file, division.rss),
            cache_of(facts, file),
            of_hundred(shared, file),
            Bytes(shared),
            evictable(facts),
        )
    })
}

fn of_hundred(part: u64, whole: u64) -> String {
    format!("{} %", percent(part, whole))
}

fn file_alone(facts: &Facts) -> Option<String> {
    let division = facts.division?;
    let (file, shared) = (division.file(), division.file_shared?);
    (weighs(file, 50, division.rss) && !weighs(shared, 50, file)).then(|| {
        format!(
            "{} % of this RSS is {}: pages that stand in the file as well. {}",
            percent(file, division.rss),
            cache_of(facts, file),
            evictable(facts),
        )
    })
}

/// For processes of which only status is known.
fn file_unsplit(facts: &Facts) -> Option<String> {
    let division = facts.division?;
    let file = division.file();
    (division.file_shared.is_none() && weighs(file, 50, division.rss)).then(|| {
        format!(
            "{} % of this RSS is page cache of files; how much of it others have mapped too is not known here. {}",
            percent(file, division.rss),
            evictable(facts),
        )
    })
}

fn anonymous(facts: &Facts) -> Option<String> {
    let division = facts.division?;
    let but = match division.lazy_free {
        Some(_) => "",
        None => ", but for those marked free, which are not known here",
    };
    weighs(division.anonymous, 50, division.rss).then(|| {
        format!(
            "{} % of this RSS ({}) is anonymous memory: pages that no file stands behind, written by it or had from its \
             parent by fork. Only the program can give them back; the kernel can at most swap them out{but}.",
            percent(division.anonymous, division.rss),
            Bytes(division.anonymous),
        )
    })
}

fn heap(facts: &Facts) -> Option<String> {
    let (heap, division) = (facts.heap?, facts.division?);
    (heap >= MIB && weighs(heap, 25, division.rss)).then(|| {
        format!(
            "{} of RSS is [heap], where malloc keeps small blocks. It shrinks at its end only, so one block in use near \
             the end keeps all below it.",
            Bytes(heap)
        )
    })
}

fn lazy(facts: &Facts) -> Option<String> {
    let division = facts.division?;
    let lazy = division.lazy_free?;
    weighs(lazy, 5, division.rss).then(|| {
        format!(
            "{} is marked free (MADV_FREE): it counts in RSS until the kernel needs it, and is not in use.",
            Bytes(lazy)
        )
    })
}

fn shared_memory(facts: &Facts) -> Option<String> {
    let division = facts.division?;
    weighs(division.shared_memory, 10, division.rss).then(|| {
        format!(
            "{} is shared memory: it belongs to whoever holds it open or mapped, and no disk file stands behind it. \
             Where it has a name, it outlives the process.",
            Bytes(division.shared_memory)
        )
    })
}

fn forked(facts: &Facts) -> Option<String> {
    let (shared, division) = (facts.anonymous_shared?, facts.division?);
    (shared >= MIB && weighs(shared, 10, division.rss)).then(|| {
        format!(
            "{} of its anonymous memory is shared, since a fork, with its parent or a child: a write by either copies the \
             page.",
            Bytes(shared)
        )
    })
}

fn family(facts: &Facts) -> Option<String> {
    let (count, rss, pss) = facts.family?;
    (rss >= pss + MIB && u128::from(rss) * 10 >= u128::from(pss) * 13).then(|| {
        format!(
            "The {count} processes of this tree have {} of RSS together, but {} of PSS: RSS counts a shared page once for \
             each of them, PSS only once.",
            Bytes(rss),
            Bytes(pss)
        )
    })
}

fn copied(facts: &Facts) -> Option<String> {
    let (copied, division) = (facts.copied?, facts.division?);
    (copied >= MIB && weighs(copied, 10, division.rss)).then(|| {
        format!(
            "{} are private copies of pages of files: they were written to, and are anonymous memory since.",
            Bytes(copied)
        )
    })
}

fn dirty(facts: &Facts) -> Option<String> {
    let dirty = facts.dirty_file?;
    (dirty >= MIB).then(|| {
        format!(
            "{} of files that it maps as shared is dirty: it has to be written to the disk before the memory can be \
             taken back.",
            Bytes(dirty)
        )
    })
}

fn deleted(facts: &Facts) -> Option<String> {
    let deleted = facts.deleted?;
    (deleted >= MIB).then(|| {
        format!(
            "{} of RSS is of files that have been deleted: they and their place on the disk go when nobody has them \
             mapped or open any more.",
            Bytes(deleted)
        )
    })
}

fn huge(facts: &Facts) -> Option<String> {
    let (huge, division) = (facts.anonymous_huge?, facts.division?);
    weighs(huge, 10, division.rss).then(|| {
        format!(
            "{} of its anonymous memory is in huge pages: one touch brings a whole one, so RSS may be more than what was \
             touched.",
            Bytes(huge)
        )
    })
}

fn hugetlb(facts: &Facts) -> Option<String> {
    let hugetlb = facts.hugetlb?;
    (hugetlb > 0).then(|| {
        format!(
            "{} are huge pages set aside beforehand (hugetlb): they are in no RSS.",
            Bytes(hugetlb)
        )
    })
}

fn promise(facts: &Facts) -> Option<String> {
    let (size, division) = (facts.size?, facts.division?);
    (size >= 1 << 30 && size / 10 >= division.rss && !facts.is_kernel).then(|| {
        let forbidden = match facts.forbidden {
            Some(bytes) if weighs(bytes, 50, size) => {
                format!(" {} of it permits no access at all.", Bytes(bytes))
            }
            _ => String::new(),
        };
        format!(
            "{} are mapped, and {} are resident: addresses are a promise, and only touched pages cost memory.{forbidden}",
            Bytes(size),
            Bytes(division.rss)
        )
    })
}

fn page_tables(facts: &Facts) -> Option<String> {
    let (tables, division) = (facts.page_tables?, facts.division?);
    (tables >= MIB && weighs(tables, 3, division.rss)).then(|| {
        format!(
            "Its page tables take {}, which no RSS counts: touched pages lie far apart, or are very many.",
            Bytes(tables)
        )
    })
}

fn swapped(facts: &Facts) -> Option<String> {
    let swap = facts.swap?;
    (swap > 0).then(|| {
        format!(
            "{} are swapped out: in no RSS, and a touch of them waits for the disk (a major fault).",
            Bytes(swap)
        )
    })
}

fn many_vmas(facts: &Facts) -> Option<String> {
    let (vmas, most) = (facts.vmas?, facts.most_vmas?);
    weighs(vmas, 50, most).then(|| {
        format!(
            "It has {vmas} VMAs of the {most} that vm.max_map_count allows a process; beyond, mmap fails with ENOMEM."
        )
    })
}

/// About faults, which have no place in RSS and come last.
fn major_faults(facts: &Facts) -> Option<Word> {
    let major = facts.faults.major;
    (major > 0).then(|| Word {
        topic: Topic::MajorFaults,
        text: format!(
            "Since it began it has met {} page{} that {} not in memory (major fault{1}), and waited for {}.",
            grouped(major),
            if major == 1 { "" } else { "s" },
            if major == 1 { "was" } else { "were" },
            if major == 1 { "it" } else { "each" },
        ),
        proof: Some(proof("03", 7, "The same touch, cold")),
    })
}

#[cfg(test)]
mod tests;

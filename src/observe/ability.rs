//! What this kernel and these rights allow, found by trying each thing on this very process; never by version.
//!
//! Trials touch a page or two of memory of the tutor's own and one file in the scratch directory. What is refused is
//! an unknown with the kernel's reason.

mod disk;
mod offers;
mod trial;

pub use disk::{file_system, is_in_memory};
pub use offers::{Offers, offers};

use super::live::pagemap::Pagemap;
use super::state;
use crate::mem::error_text;
use crate::mem::{PageSize, Reading};
use std::fs::File;
use std::path::Path;

/// One thing that may or may not be to be had here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ability {
    /// What it is called.
    pub name: &'static str,
    /// What was found, or why it could not be.
    pub value: Reading<String>,
    /// What depends on it.
    pub matters: &'static str,
}

/// Everything that lessons may depend on; `scratch` is the directory in which they work.
pub fn abilities(scratch: &Path) -> Vec<Ability> {
    let list = [
        (
            "kernel",
            Reading::Known(kernel_release()),
            "what else is here",
        ),
        (
            "page size",
            Reading::Known(format!("{} bytes", page_size().bytes())),
            "the unit of everything",
        ),
        ("pagemap", trial::pagemap(), "the page grids"),
        (
            "exclusive bit of pagemap",
            trial::exclusive_bit(),
            "telling a private page from a shared one",
        ),
        (
            "PAGEMAP_SCAN",
            trial::zero_page(),
            "telling the zero page from a page shared since fork",
        ),
        (
            "frame numbers",
            trial::frames(),
            "showing that a copy is another frame",
        ),
        ("guard pages", trial::guard(), "lessons on guard pages"),
        (
            "MADV_POPULATE_WRITE",
            trial::populate(),
            "lessons on populating",
        ),
        (
            "cachestat",
            trial::cachestat(scratch),
            "cached(fd) and dirty(fd)",
        ),
        (
            "PROCMAP_QUERY",
            trial::procmap_query(),
            "reading one mapping of many quickly",
        ),
        (
            "perf page-fault events",
            trial::perf(),
            "tracing faults of other programs",
        ),
        (
            "userfaultfd",
            trial::userfaultfd(),
            "lessons on handling faults in user space",
        ),
        (
            "landlock",
            trial::landlock(),
            "keeping the code of lessons in its directory",
        ),
        (
            "transparent huge pages",
            setting("/sys/kernel/mm/transparent_hugepage/enabled").map(|text| chosen(&text)),
            "how many pages one touch brings",
        ),
        (
            "file system of the scratch directory",
            Reading::Known(file_system(scratch)),
            "write-back: memory file systems have none",
        ),
        (
            "read-ahead",
            disk::read_ahead(scratch),
            "how much one major fault reads",
        ),
        (
            "max_map_count",
            setting("/proc/sys/vm/max_map_count"),
            "how many mappings a process may have",
        ),
        ("swap", swap(), "what can be swapped out"),
    ];
    list.into_iter()
        .map(|(name, value, matters)| Ability {
            name,
            value,
            matters,
        })
        .collect()
}

/// `uname -r`
pub fn kernel_release() -> String {
    match nix::sys::utsname::uname() {
        Ok(names) => names.release().to_string_lossy().into_owned(),
        Err(error) => format!("unknown ({error})"),
    }
}

/// The size of a page, from `sysconf(_SC_PAGESIZE)`.
///
/// # Panics
/// If the system says that it has none, or one that is no power of two: then nothing here has a meaning.
pub fn page_size() -> PageSize {
    // SAFETY: sysconf has no preconditions.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(bytes)
        .ok()
        .and_then(PageSize::new)
        .expect("every Linux has a page size")
}

/// Whether frame numbers can be read: those of this process's own stack are not 0.
pub fn frames_readable() -> bool {
    let here = 0u64;
    let address = std::hint::black_box(&raw const here) as u64;
    entry(address).is_some_and(|bits| bits & state::FRAME != 0)
}

/// The pagemap entry of a page of this process.
fn entry(address: u64) -> Option<u64> {
    let pagemap = Pagemap::new(File::open("/proc/self/pagemap").ok()?);
    let entries = pagemap.entries(address / page_size().bytes(), 1).ok()?;
    entries.first().copied()
}

/// The text of a file of one line.
fn setting(path: &str) -> Reading<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Reading::Known(text.trim().to_owned()),
        Err(error) => Reading::unknown(format!("{path} cannot be read: {}", error_text(&error))),
    }
}

/// The choice in brackets of a setting: `always [madvise] never`.
fn chosen(text: &str) -> String {
    text.split_ascii_whitespace()
        .find_map(|word| word.strip_prefix('[')?.strip_suffix(']'))
        .unwrap_or(text)
        .to_owned()
}

fn swap() -> Reading<String> {
    setting("/proc/swaps").map(|text| match text.lines().count().saturating_sub(1) {
        0 => "none".to_owned(),
        1 => "1 device".to_owned(),
        n => format!("{n} devices"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ability_is_known_or_says_why_not() {
        let abilities = abilities(&std::env::temp_dir());
        let names: std::collections::HashSet<&str> =
            abilities.iter().map(|ability| ability.name).collect();
        assert_eq!(names.len(), abilities.len());
        for ability in abilities {
            println!("{}: {} ({})", ability.name, ability.value, ability.matters);
            let text = ability.value.to_string();
            assert!(
                !text.is_empty() && !text.contains('\n'),
                "{}: {text:?}",
                ability.name
            );
        }
    }

    #[test]
    fn the_chosen_word_stands_in_brackets() {
        assert_eq!(chosen("always [madvise] never"), "madvise");
        assert_eq!(chosen("strange"), "strange");
    }
}

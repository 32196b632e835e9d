//! The numbers that sentences are made of. One that is not known is `None`, and no rule speaks of it.

use super::Division;
use super::overlap::Overlap;
use crate::lesson::visible::visible_line;
use crate::mem::Field;
use crate::mem::{Backing, Faults, Reading};
use crate::observe::portrait::Portrait;
use crate::observe::portrait::area::{Area, Areas};
use crate::observe::portrait::kin::Kin;
use crate::observe::portrait::status::Status;
use std::collections::HashMap;

/// The letter of a state in words, as proc(5) has it; `None` for one that is not known.
pub fn state_words(letter: char) -> Option<&'static str> {
    Some(match letter {
        'R' => "running",
        'S' => "sleeping",
        'D' => "waiting without a break (for a disk, a lock, a child of vfork)",
        'T' => "stopped",
        't' => "stopped by a debugger",
        'I' => "idle",
        'Z' => "ended, not waited for",
        _ => return None,
    })
}

/// How it is with a process whose first thread has ended, and others have not: these have the memory still. `None` of any
/// other.
pub fn headless_words(letter: char, threads: u64) -> Option<String> {
    match (letter, threads) {
        ('Z', 2) => Some("its first thread has ended; 1 runs on".to_owned()),
        ('Z', 3..) => Some(format!(
            "its first thread has ended; {} run on",
            threads - 1
        )),
        _ => None,
    }
}

/// Numbers of one process, in bytes where nothing else is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether it is a thread of the kernel.
    pub is_kernel: bool,
    /// Why its VMAs cannot be read.
    pub refused: Option<String>,
    /// Where its RSS goes.
    pub division: Option<Division>,
    /// Addresses of all its mappings.
    pub size: Option<u64>,
    /// The file of which most page cache is mapped, and how much that is.
    pub first_file: Option<(String, u64)>,
    /// Pages of shared file mappings that were changed, and are not on the disk yet.
    pub dirty_file: Option<u64>,
    /// Private copies of pages of files.
    pub copied: Option<u64>,
    /// Anonymous memory that another process has mapped too.
    pub anonymous_shared: Option<u64>,
    /// What of `[heap]` is in memory.
    pub heap: Option<u64>,
    /// What of files without a name is in memory.
    pub deleted: Option<u64>,
    /// Addresses that permit nothing (`---p`).
    pub forbidden: Option<u64>,
    /// Locked by `mlock`.
    pub locked: Option<u64>,
    /// Swapped out.
    pub swap: Option<u64>,
    /// Anonymous memory in huge pages.
    pub anonymous_huge: Option<u64>,
    /// Files and shared memory in huge pages.
    pub mapped_huge: Option<u64>,
    /// Huge pages set aside.
    pub hugetlb: Option<u64>,
    /// Page tables.
    pub page_tables: Option<u64>,
    /// Number of VMAs.
    pub vmas: Option<u64>,
    /// How many VMAs this kernel allows a process.
    pub most_vmas: Option<u64>,
    /// Faults since it began.
    pub faults: Faults,
    /// The process and its descendants: how many, and the sums of their RSS and PSS.
    pub family: Option<(usize, u64, u64)>,
}

/// What facts are made of: as much as was read of a process.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Whether it is a thread of the kernel.
    pub is_kernel: bool,
    /// Sizes of `status`.
    pub status: Option<&'a Status>,
    /// Every VMA; why not, where they cannot be read; `None` while they were not.
    pub areas: Option<Result<&'a Areas, &'a str>>,
    /// The processes below.
    pub kin: &'a [Kin],
    /// Faults since it began.
    pub faults: Faults,
    /// `vm.max_map_count`
    pub most_vmas: Option<u64>,
}

impl Facts {
    /// The numbers of a portrait.
    pub fn of(portrait: &Portrait, most_vmas: Option<u64>) -> Self {
        Self::from(&Known {
            is_kernel: portrait.is_kernel,
            status: portrait.status.known(),
            areas: Some(match &portrait.areas {
                Reading::Known(areas) => Ok(areas),
                Reading::Unknown(why) => Err(why),
            }),
            kin: &portrait.kin,
            faults: portrait.faults,
            most_vmas,
        })
    }

    /// The numbers of what is known so far.
    pub fn from(known: &Known<'_>) -> Self {
        let status = known.status;
        let areas = known.areas.and_then(Result::ok);
        let mut facts = Self {
            is_kernel: known.is_kernel,
            refused: known.areas.and_then(Result::err).map(str::to_owned),
            division: status.and_then(Division::of_status),
            size: status.and_then(|status| status.size),
            swap: status.and_then(|status| status.swap),
            hugetlb: status.and_then(|status| status.hugetlb),
            page_tables: status.and_then(|status| status.page_tables),
            faults: known.faults,
            most_vmas: known.most_vmas,
            ..Self::default()
        };
        if let Some(areas) = areas.filter(|_| !known.is_kernel) {
            facts.add(areas);
            facts.family = family(known.kin, areas);
        }
        facts
    }

    fn add(&mut self, areas: &Areas) {
        let overlap = Overlap::of(areas);
        let sum = |field| areas.sum(field).ok();
        let of = |wanted: &dyn Fn(&Area) -> bool, field: &[Field]| -> Option<u64> {
            let list = areas.list().iter().filter(|area| wanted(area));
            list.flat_map(|area| field.iter().map(|&field| area.sizes.get(field)))
                .sum()
        };
        let is_file = |area: &Area| matches!(areas.backing(area), Backing::File { .. });
        self.division = Division::of_areas(areas, &overlap).or(self.division);
        self.size = sum(Field::Size);
        self.first_file = first_file(areas);
        self.dirty_file = dirty_file(areas, &overlap);
        self.copied = of(
            &|area| is_file(area) && !area.perms().shared,
            &[Field::Anonymous],
        );
        self.anonymous_shared = of(
            &|area| area.sizes.get(Field::Anonymous) == area.sizes.get(Field::Rss),
            &[Field::SharedClean, Field::SharedDirty],
        );
        self.heap = of(&|area| *areas.backing(area) == Backing::Heap, &[Field::Rss]);
        let of_deleted =
            |area: &Area| matches!(areas.backing(area), Backing::File { deleted: true, .. });
        // Copies of its pages are the process's own: no file is kept for their sake.
        self.deleted = of(&of_deleted, &[Field::Rss])
            .zip(of(&of_deleted, &[Field::Anonymous]))
            .map(|(rss, copies)| rss.saturating_sub(copies));
        self.forbidden = of(
            &|area| {
                let perms = area.perms();
                !perms.read && !perms.write && !perms.execute
            },
            &[Field::Size],
        );
        self.locked = sum(Field::Locked);
        self.swap = sum(Field::Swap);
        self.anonymous_huge = sum(Field::AnonHugePages);
        self.mapped_huge = sum(Field::ShmemPmdMapped)
            .zip(sum(Field::FilePmdMapped))
            .map(|(memory, file)| memory + file);
        self.vmas = Some(areas.list().len() as u64);
    }
}

/// Pages of shared file mappings that were changed: one that this process has mapped twice is counted once.
fn dirty_file(areas: &Areas, overlap: &Overlap) -> Option<u64> {
    let dirty = areas.list().iter().enumerate().map(|(index, area)| {
        if !matches!(areas.backing(area), Backing::File { .. }) || !area.perms().shared {
            return Some(0);
        }
        // Pages that it has mapped twice count as shared.
        let shared = area.sizes.get(Field::SharedDirty)?;
        let again = overlap.again(index).min(shared);
        Some(shared - again + area.sizes.get(Field::PrivateDirty)?)
    });
    dirty.sum()
}

/// The file of which most is in memory here, by the last part of its path, made safe for a terminal.
fn first_file(areas: &Areas) -> Option<(String, u64)> {
    let mut files: HashMap<&str, u64> = HashMap::new();
    for area in areas.list() {
        if let Backing::File { path, .. } = areas.backing(area) {
            let cache = area
                .about(Field::Rss)
                .saturating_sub(area.about(Field::Anonymous));
            *files.entry(path).or_default() += cache;
        }
    }
    let (path, bytes) = files
        .into_iter()
        .max_by_key(|&(path, bytes)| (bytes, path))?;
    let name = path
        .rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or(path);
    Some((visible_line(name), bytes))
}

/// Sums over the process and its descendants; `None` without descendants, or where one of them cannot be read.
fn family(kin: &[Kin], areas: &Areas) -> Option<(usize, u64, u64)> {
    if kin.is_empty() {
        return None;
    }
    let own = (areas.sum(Field::Rss).ok()?, areas.sum(Field::Pss).ok()?);
    kin.iter()
        .try_fold((1, own.0, own.1), |(count, rss, pss), kin| {
            Some((count + 1, rss + kin.rss.known()?, pss + kin.pss.known()?))
        })
}

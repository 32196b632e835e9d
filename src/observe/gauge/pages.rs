//! Pages of a process counted into cells, piece by piece: exactly by `/proc/<pid>/pagemap`, or what is present only by
//! `PAGEMAP_SCAN`, which skips what has no tables. Read `Documentation/admin-guide/mm/pagemap.rst`.
//!
//! A pass goes over what is drawn once. It can be left after any call and gone on with at the next tick.

use super::super::live::scan::{
    self, PAGE_IS_GUARD, PAGE_IS_HUGE, PAGE_IS_PFNZERO, PAGE_IS_PRESENT, PAGE_IS_SWAPPED,
    PageRegion, VECTOR, Wanted,
};
use super::super::state::{self, EXCLUSIVE, FILE, GUARD, PRESENT, SWAPPED};
use super::cells::{Drawing, Kind, Pages};
use super::files::{Files, Name};
use super::meter::Meter;
use super::vmas::Vmas;
use crate::mem::{Addr, PageSize, Pid, Range};
use crate::observe::ObserveError;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// Entries of pagemap read at once: 64 KiB of them.
pub const PIECE: u64 = 8192;
/// Addresses that `PAGEMAP_SCAN` is asked about at first.
const FIRST_STRIDE: u64 = 32 << 20;
/// And at least, and at most, where it proves to be cheap.
const STRIDES: (u64, u64) = (2 << 20, 1 << 30);
/// A call that takes longer makes the next one shorter.
const DEAR: Duration = Duration::from_micros(250);
/// A call that takes less makes the next one longer.
const CHEAP: Duration = Duration::from_micros(60);
/// The most VMAs of one call.
const VMAS: usize = 1024;

/// How much is told of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Its kind.
    Kinds,
    /// Whether it is present, swapped out, or a guard.
    Presence,
}

/// Which of the kernel's abilities are used; all, until one proves missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// `PAGEMAP_SCAN`. Since Linux 6.7.
    pub scan: bool,
    /// Its word on guard pages. Since Linux 6.15.
    pub guards: bool,
}

impl Default for Abilities {
    fn default() -> Self {
        Self {
            scan: true,
            guards: true,
        }
    }
}

/// Where a pass has come to.
#[derive(Debug)]
pub struct Pass {
    at: Addr,
    end: Addr,
    detail: Detail,
}

/// Counts pages of one process.
#[derive(Debug)]
pub struct Counter {
    page: PageSize,
    abilities: Abilities,
    entries: Box<[u64]>,
    regions: Box<[PageRegion; VECTOR]>,
    stride: u64,
    longest: u64,
    most: u64,
}

/// What the kernel takes for one entry of a page table, with caches cold, in nanoseconds.
const ENTRY: u64 = 2;
/// The most present pages of one call: behind emptiness, however wide, there may be a full gigabyte.
const PAGES: u64 = 1 << 15;
/// The longest that a call may take, in nanoseconds.
const MOST: u64 = 400_000;

impl Counter {
    /// A counter that tries these abilities.
    pub fn new(page: PageSize, abilities: Abilities) -> Self {
        Self {
            page,
            abilities,
            entries: vec![0; PIECE as usize].into(),
            regions: Box::new([PageRegion::default(); VECTOR]),
            stride: FIRST_STRIDE,
            longest: STRIDES.1,
            most: PAGES,
        }
    }

    /// The same, that never asks for more present pages at once than so many.
    #[must_use]
    pub fn at_most(mut self, pages: u64) -> Self {
        self.most = pages;
        self
    }

    /// The process has so many bytes of page tables (`VmPTE`). Where they are few, no call can take long, however many
    /// addresses it is asked about.
    pub fn with_tables(&mut self, bytes: u64) {
        let entries = bytes / 8;
        self.longest = if entries.saturating_mul(ENTRY) < MOST {
            1 << 46
        } else {
            STRIDES.1
        };
        self.stride = self.stride.min(self.longest);
    }

    /// What of the abilities is there, as far as was tried.
    pub fn abilities(&self) -> Abilities {
        self.abilities
    }

    /// Begins a pass over what a drawing shows; `None` when it shows nothing.
    pub fn begin(drawing: &mut Drawing, detail: Detail) -> Option<Pass> {
        let drawn = drawing.lens().drawn()?;
        drawing.begin();
        Some(Pass {
            at: drawn.start,
            end: drawn.end,
            detail,
        })
    }

    /// Goes on with a pass under another lens, from the cell on in which it was.
    pub fn resume(pass: &Pass, drawing: &mut Drawing) -> Option<Pass> {
        let drawn = drawing.lens().drawn()?;
        Some(Pass {
            at: drawing.begin_at(pass.at),
            end: drawn.end,
            detail: pass.detail,
        })
    }

    /// Goes on with a pass until its end or until the tick is spent; gives whether it is at its end. What no VMA covers
    /// is passed over.
    pub fn go_on(
        &mut self,
        pass: &mut Pass,
        drawing: &mut Drawing,
        vmas: &Vmas,
        files: &mut Files,
        meter: &mut Meter,
    ) -> Result<bool, ObserveError> {
        let few = drawing
            .lens()
            .drawn()
            .is_some_and(|drawn| self.page.pages(drawn.length()) <= PIECE);
        while pass.at < pass.end {
            let index = vmas.behind(pass.at);
            let Some(line) = vmas
                .lines()
                .get(index)
                .filter(|line| line.range.start < pass.end)
            else {
                break;
            };
            // The kernel's half of the addresses has pages too, but no file to read of them.
            if line.range.start.0 >> 63 == 1 {
                break;
            }
            pass.at = pass.at.max(line.range.start);
            drawing.pass_to(self.page.number(pass.at));
            let piece = self.piece(pass, vmas, index);
            let pid = files.pid();
            let file = files.get(Name::Pagemap, meter)?;
            pass.at = match pass.detail {
                Detail::Kinds => self.kinds((file, pid), piece, few, drawing, meter)?,
                Detail::Presence => match self.presence(file, piece, drawing, meter) {
                    Ok(at) => at,
                    Err(error) if self.learns_from(&error) => continue,
                    Err(error) => return Err(ObserveError::of(pid, "pagemap", &error)),
                },
            };
            drawing.pass_to(self.page.number(pass.at));
            if meter.is_spent() && pass.at < pass.end {
                return Ok(false);
            }
        }
        pass.at = pass.end;
        drawing.pass_to(self.page.pages(pass.end.0));
        Ok(true)
    }

    /// What is asked about next, from the VMA of that index on.
    fn piece(&self, pass: &Pass, vmas: &Vmas, index: usize) -> Range {
        let lines = vmas.lines();
        let length = match pass.detail {
            Detail::Presence if self.abilities.scan => self.stride,
            _ => PIECE * self.page.bytes(),
        };
        let mut end = Range::of(pass.at, length).end.min(pass.end);
        let last = (index + VMAS).min(lines.len()) - 1;
        // Not beyond so many VMAs, and not into the hole behind the last of them.
        if let Some(line) = lines.get(last) {
            end = end.min(line.range.end.max(pass.at));
        }
        if pass.detail == Detail::Kinds || !self.abilities.scan {
            // pagemap fills in holes entry by entry: they are left out.
            end = end.min(contiguous(vmas, index, end));
        }
        Range::new(pass.at, end)
    }

    /// Whether an error says that this kernel lacks something, which is not asked for again.
    fn learns_from(&mut self, error: &io::Error) -> bool {
        match error.raw_os_error() {
            Some(libc::EINVAL) if self.abilities.guards => self.abilities.guards = false,
            Some(libc::EINVAL | libc::ENOTTY | libc::ENOSYS) if self.abilities.scan => {
                self.abilities.scan = false;
            }
            _ => return false,
        }
        true
    }

    /// Presence by `PAGEMAP_SCAN`, or by pagemap where there is none.
    fn presence(
        &mut self,
        file: &File,
        piece: Range,
        drawing: &mut Drawing,
        meter: &mut Meter,
    ) -> io::Result<Addr> {
        if !self.abilities.scan {
            let count = self.read(file, piece, meter)?;
            let first = self.page.number(piece.start);
            let mut at = 0;
            while at < count {
                let (bits, length) = first_run(&self.entries[at..count]);
                let kind = match bits {
                    bits if bits & PRESENT != 0 => Kind::Present,
                    bits if bits & GUARD != 0 => Kind::Guard,
                    _ => Kind::Swapped,
                };
                if bits & (PRESENT | SWAPPED | GUARD) != 0 {
                    drawing.add(
                        Pages { kind, huge: false },
                        first + at as u64,
                        length as u64,
                    );
                }
                at += length;
            }
            return Ok(piece.end);
        }
        let guards = if self.abilities.guards {
            PAGE_IS_GUARD
        } else {
            0
        };
        let wanted = Wanted {
            any: PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
            told: PAGE_IS_PFNZERO | PAGE_IS_HUGE | guards,
            most: self.most,
            ..Wanted::default()
        };
        let (count, walked) = meter.held(|| scan::call(file, piece, wanted, &mut self.regions))?;
        for region in &self.regions[..count] {
            let first = self.page.number(Addr(region.start));
            let pages = Pages {
                kind: present_kind(region.categories),
                huge: region.categories & PAGE_IS_HUGE != 0,
            };
            drawing.add(pages, first, self.page.pages(region.end - region.start));
        }
        self.adapt(meter.last());
        let last = self.regions[..count].last().map_or(0, |region| region.end);
        let reached = walked.max(Addr(last)).min(piece.end);
        // A kernel that does not get on would be asked for ever.
        Ok(if reached > piece.start {
            reached
        } else {
            piece.end
        })
    }

    /// Longer calls where they are cheap, shorter ones where they are dear.
    fn adapt(&mut self, took: Duration) {
        if took > DEAR {
            self.stride = (self.stride / 2).max(STRIDES.0);
        } else if took < CHEAP {
            self.stride = (self.stride * 2).min(self.longest);
        }
    }

    /// Kinds by pagemap, and by `PAGEMAP_SCAN` what its bits leave open.
    fn kinds(
        &mut self,
        (file, pid): (&File, Pid),
        piece: Range,
        few: bool,
        drawing: &mut Drawing,
        meter: &mut Meter,
    ) -> Result<Addr, ObserveError> {
        let wrong = |error: &io::Error| ObserveError::of(pid, "pagemap", error);
        let count = self
            .read(file, piece, meter)
            .map_err(|error| wrong(&error))?;
        let base = self.page.number(piece.start);
        let page = self.page;
        let address = |index: usize| Addr((base + index as u64) * page.bytes());
        // What the bits of pagemap leave open is asked about once, from the first page that needs it.
        let mut asked = !self.abilities.scan;
        let (mut at, mut cut, mut marked) = (0, count, 0);
        while at < cut {
            let (bits, length) = first_run(&self.entries[at..cut]);
            if !asked && (state::is_ambiguous(bits) || few && bits & PRESENT != 0) {
                asked = true;
                let called = self.marks(file, Range::new(address(at), address(count)), meter);
                match called {
                    Ok(found) => marked = found,
                    Err(error) if self.learns_from(&error) => {}
                    Err(error) => return Err(wrong(&error)),
                }
                if marked == VECTOR {
                    // There may be more: those are asked for with the next piece.
                    let end = self.page.number(Addr(self.regions[VECTOR - 1].end));
                    cut = (end.saturating_sub(base) as usize).clamp(at + 1, count);
                }
            }
            let length = length.min(cut - at);
            if bits != 0 {
                let marks = &self.regions[..marked];
                let told = self.abilities.scan;
                split(
                    bits,
                    (base + at as u64, length as u64),
                    (marks, told),
                    self.page,
                    drawing,
                );
            }
            at += length;
        }
        Ok(address(cut))
    }

    fn marks(&mut self, file: &File, range: Range, meter: &mut Meter) -> io::Result<usize> {
        let wanted = Wanted {
            any: PAGE_IS_PFNZERO | PAGE_IS_HUGE,
            ..Wanted::default()
        };
        let called = meter.held(|| scan::call(file, range, wanted, &mut self.regions));
        called.map(|(count, _)| count)
    }

    /// The entries of a piece; how many there were.
    fn read(&mut self, file: &File, piece: Range, meter: &mut Meter) -> io::Result<usize> {
        let count = self.page.pages(piece.length()).min(PIECE) as usize;
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.entries[..count]);
        let at = self.page.number(piece.start) * 8;
        // The kernel takes the lock anew for each page table (`pagemap_read` of fs/proc/task_mmu.c).
        let tables = (count as u64 * 8).div_ceil(self.page.bytes()) as u32;
        match meter.held_in(tables, || file.read_at(bytes, at))? {
            // No memory any more: the program has ended.
            read if read < 8 => Err(io::Error::from_raw_os_error(libc::ESRCH)),
            read => Ok(read / 8),
        }
    }
}

/// The end of the VMAs that follow one another without a hole, but not beyond `end`.
fn contiguous(vmas: &Vmas, index: usize, end: Addr) -> Addr {
    let mut reached = Addr(0);
    for line in &vmas.lines()[index..] {
        if reached >= end || (reached != Addr(0) && line.range.start != reached) {
            break;
        }
        reached = line.range.end;
    }
    reached
}

/// Of the bits that tell kinds.
const TELLING: u64 = PRESENT | SWAPPED | FILE | GUARD | EXCLUSIVE;

/// The telling bits of the first entry, and how many entries from there on have the same.
fn first_run(entries: &[u64]) -> (u64, usize) {
    /// As many as a processor compares at once, and more.
    const BLOCK: usize = 16;
    let bits = entries.first().map_or(0, |entry| entry & TELLING);
    let same = |block: &[u64]| {
        let differing = block.iter().fold(0, |sum, entry| sum | (entry ^ bits));
        differing & TELLING == 0
    };
    let blocks = entries.chunks_exact(BLOCK).take_while(|block| same(block));
    let whole = blocks.count() * BLOCK;
    let rest = &entries[whole..];
    let more = rest
        .iter()
        .position(|entry| (entry ^ bits) & TELLING != 0)
        .unwrap_or(rest.len());
    (bits, whole + more)
}

fn present_kind(categories: u64) -> Kind {
    let has = |bit| categories & bit != 0;
    match () {
        () if has(PAGE_IS_GUARD) => Kind::Guard,
        () if has(PAGE_IS_SWAPPED) => Kind::Swapped,
        () if has(PAGE_IS_PFNZERO) => Kind::Zero,
        () => Kind::Present,
    }
}

/// Adds a run of pages (number of the first, how many) with the same bits of pagemap, in parts where `PAGEMAP_SCAN` said
/// different things of them. `told` says whether it was asked: a page that it does not name is not the zero page.
fn split(
    bits: u64,
    (first, count): (u64, u64),
    (marks, told): (&[PageRegion], bool),
    page: PageSize,
    drawing: &mut Drawing,
) {
    let (mut at, end) = (first, first + count);
    let behind = |number: u64| marks.partition_point(|mark| page.number(Addr(mark.end)) <= number);
    let mut marks = marks[behind(at)..].iter().peekable();
    while at < end {
        let (categories, until) = match marks.peek() {
            None => (0, end),
            Some(mark) if at < page.number(Addr(mark.start)) => (0, page.number(Addr(mark.start))),
            Some(mark) => {
                let until = page.number(Addr(mark.end));
                let categories = mark.categories;
                marks.next();
                (categories, until)
            }
        };
        let until = until.min(end);
        let pages = Pages {
            kind: kind(bits, categories, told),
            huge: categories & PAGE_IS_HUGE != 0 && bits & PRESENT != 0,
        };
        drawing.add(pages, at, until - at);
        at = until;
    }
}

/// The kind of a page, by its bits in pagemap, which are not all 0.
fn kind(bits: u64, categories: u64, told: bool) -> Kind {
    let has = |bit| bits & bit != 0;
    match () {
        () if !has(PRESENT) && has(GUARD) => Kind::Guard,
        () if !has(PRESENT) => Kind::Swapped,
        () if has(FILE) => Kind::File,
        () if has(EXCLUSIVE) => Kind::Private,
        () if !told => Kind::Present,
        () if categories & PAGE_IS_PFNZERO != 0 => Kind::Zero,
        () => Kind::Shared,
    }
}

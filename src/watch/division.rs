//! Where RSS goes: anonymous memory, marked free, page cache of files, shared memory.
//!
//! smaps counts pages that are mapped more than once for a VMA as a whole, not for its anonymous and its file pages
//! apart, and whoever has mapped them: the process itself may, twice. What cannot be told is told so: it stands in
//! `file_either`.

use super::overlap::Overlap;
use crate::mem::Backing;
use crate::mem::Field;
use crate::observe::portrait::area::{Area, Areas};
use crate::observe::portrait::status::Status;

/// The parts of RSS in bytes; together they are all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Division {
    /// All of it.
    pub rss: u64,
    /// Anonymous memory, but for what is marked free.
    pub anonymous: u64,
    /// Anonymous memory marked free by `MADV_FREE`; `None` where it is counted as anonymous.
    pub lazy_free: Option<u64>,
    /// Pages of files that other processes have mapped too; `None` where that is not known.
    pub file_shared: Option<u64>,
    /// Pages of files that only this process has mapped; `None` where that is not known.
    pub file_alone: Option<u64>,
    /// Pages of files of which it cannot be told.
    pub file_either: u64,
    /// Shared memory: shared anonymous, memfd, tmpfs by its usual names, System V.
    pub shared_memory: u64,
    /// The rest: `[vdso]` and its like; `None` where it is counted as files.
    pub other: Option<u64>,
}

impl Division {
    /// All pages of files.
    pub fn file(&self) -> u64 {
        self.file_shared.unwrap_or(0) + self.file_alone.unwrap_or(0) + self.file_either
    }

    /// By the VMAs; `None` where one of them lacks a number.
    pub fn of_areas(areas: &Areas, overlap: &Overlap) -> Option<Self> {
        let mut sum = Self {
            lazy_free: Some(0),
            file_shared: Some(0),
            file_alone: Some(0),
            other: Some(0),
            ..Self::default()
        };
        for (index, area) in areas.list().iter().enumerate() {
            sum.add(area, areas.backing(area), overlap.at(index))?;
        }
        Some(sum)
    }

    /// By status, which splits less, for processes whose smaps may not be read.
    pub fn of_status(status: &Status) -> Option<Self> {
        Some(Self {
            rss: status.rss()?,
            anonymous: status.anonymous?,
            file_either: status.file?,
            shared_memory: status.shared_memory?,
            ..Self::default()
        })
    }

    /// Adds a VMA, of whose file the process may have so many bytes mapped `twice`.
    fn add(&mut self, area: &Area, backing: &Backing, twice: u64) -> Option<()> {
        let size = |field| area.sizes.get(field);
        let (rss, anonymous) = (size(Field::Rss)?, size(Field::Anonymous)?);
        let rest = rss.saturating_sub(anonymous);
        self.rss += rss;
        self.anonymous += anonymous.min(rss);
        match size(Field::LazyFree) {
            Some(lazy) => {
                let lazy = lazy.min(anonymous.min(rss));
                self.anonymous -= lazy;
                self.lazy_free = self.lazy_free.map(|sum| sum + lazy);
            }
            None => self.lazy_free = None,
        }
        match backing {
            Backing::SharedMemory { .. } => self.shared_memory += rest,
            Backing::File { .. } => {
                let shared = size(Field::SharedClean)? + size(Field::SharedDirty)?;
                self.add_file(rest, shared, anonymous.saturating_add(twice));
            }
            _ => self.other = self.other.map(|sum| sum + rest),
        }
        Some(())
    }

    /// Adds `file` bytes of a VMA. So many of them are `shared`, of which so many may be `other` than shared pages of
    /// the file: anonymous ones, or mapped more than once by this process itself.
    fn add_file(&mut self, file: u64, shared: u64, other: u64) {
        let least = shared.saturating_sub(other).min(file);
        let most = shared.min(file);
        self.file_shared = self.file_shared.map(|sum| sum + least);
        self.file_alone = self.file_alone.map(|sum| sum + (file - most));
        self.file_either += most - least;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::portrait::area::Parser;

    /// A block of smaps with kB for Rss, shared, private, Anonymous and `LazyFree`.
    fn block(start: u64, name: &str, sizes: [u64; 5]) -> String {
        let inode = u64::from(name.starts_with('/'));
        let [rss, shared, private, anonymous, lazy] = sizes;
        format!(
            "{start:x}0000-{start:x}2000 rw-p 0 08:01 {inode} {name}\nRss: {rss} kB\nShared_Clean: {shared} kB\n\
             Shared_Dirty: 0 kB\nPrivate_Clean: 0 kB\nPrivate_Dirty: {private} kB\nAnonymous: {anonymous} kB\n\
             LazyFree: {lazy} kB\n"
        )
    }

    fn division(blocks: &[String]) -> Option<Division> {
        let text = blocks.concat();
        let mut parser = Parser::default();
        parser.push(text.as_bytes());
        let areas = parser.finish(b"");
        Division::of_areas(&areas, &Overlap::of(&areas))
    }

    #[test]
    fn every_page_has_one_kind() {
        let table = [
            // name, [rss, shared, private, anonymous, lazy], [anonymous, lazy, shared, alone, either, memory, other]
            ("", [8, 0, 8, 8, 0], [8, 0, 0, 0, 0, 0, 0]),
            ("", [8, 0, 8, 8, 4], [4, 4, 0, 0, 0, 0, 0]),
            ("[heap]", [8, 8, 0, 8, 0], [8, 0, 0, 0, 0, 0, 0]),
            ("/a", [8, 8, 0, 0, 0], [0, 0, 8, 0, 0, 0, 0]),
            ("/a", [8, 0, 8, 0, 0], [0, 0, 0, 8, 0, 0, 0]),
            ("/a", [8, 4, 4, 0, 0], [0, 0, 4, 4, 0, 0, 0]),
            // Some of it copied: which part the others have is not to be known where both could be it.
            ("/a", [8, 0, 8, 4, 0], [4, 0, 0, 4, 0, 0, 0]),
            ("/a", [8, 8, 0, 4, 0], [4, 0, 4, 0, 0, 0, 0]),
            ("/a", [8, 4, 4, 4, 0], [4, 0, 0, 0, 4, 0, 0]),
            ("/dev/shm/x", [8, 4, 4, 0, 0], [0, 0, 0, 0, 0, 8, 0]),
            ("[vdso]", [8, 8, 0, 0, 0], [0, 0, 0, 0, 0, 0, 8]),
        ];
        for (name, sizes, kinds) in table {
            let found = division(&[block(1, name, sizes)]).unwrap();
            let kilobytes = [
                found.anonymous,
                found.lazy_free.unwrap(),
                found.file_shared.unwrap(),
                found.file_alone.unwrap(),
                found.file_either,
                found.shared_memory,
                found.other.unwrap(),
            ]
            .map(|bytes| bytes / 1024);
            assert_eq!(kilobytes, kinds, "{name} {sizes:?}");
            assert_eq!(kilobytes.iter().sum::<u64>() * 1024, found.rss);
        }
    }

    #[test]
    fn a_file_that_is_mapped_twice_is_not_said_to_be_mapped_by_others() {
        let twice = [
            block(1, "/a", [8, 8, 0, 0, 0]),
            block(2, "/a", [8, 8, 0, 0, 0]),
        ];
        let found = division(&twice).unwrap();
        assert_eq!((found.file_shared, found.file_either), (Some(0), 16 << 10));
        // The second begins where the first ends.
        let [first, second] = twice;
        let second = second.replace("rw-p 0 ", "rw-p 2000 ");
        let found = division(&[first, second]).unwrap();
        assert_eq!((found.file_shared, found.file_either), (Some(16 << 10), 0));
    }

    #[test]
    fn a_missing_number_makes_no_division() {
        assert_eq!(
            division(&["1000-2000 rw-p 0 0:0 0\nRss: 8 kB\n".into()]),
            None
        );
        let without_lazy = "1000-2000 rw-p 0 0:0 0\nRss: 8 kB\nAnonymous: 8 kB\n";
        let found = division(&[without_lazy.into()]).unwrap();
        assert_eq!((found.anonymous, found.lazy_free), (8192, None));
    }

    #[test]
    fn this_process_is_divided_without_rest() {
        let areas =
            crate::observe::portrait::stream::read(crate::mem::Pid(std::process::id() as i32))
                .unwrap();
        let found = Division::of_areas(&areas, &Overlap::of(&areas)).unwrap();
        let sum = found.anonymous
            + found.lazy_free.unwrap()
            + found.file()
            + found.shared_memory
            + found.other.unwrap();
        assert_eq!(sum, found.rss);
        assert_eq!(Ok(found.rss), areas.sum(Field::Rss));
    }
}

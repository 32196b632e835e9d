//! Every VMA of a process, small: 32 bytes each, and every name once however many VMAs have it.
//!
//! Made for 60,000 VMAs that are read again and again: the table of names is shared by all lists of one process.

use super::super::live::maps;
use crate::mem::{Addr, Backing, Perms, Range, Vma};
use std::collections::HashMap;
use std::sync::Arc;

/// One VMA; what stands behind it is asked of [`Vmas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Addresses.
    pub range: Range,
    /// Bytes into the file.
    pub offset: u64,
    /// Protection and sharing.
    pub perms: Perms,
    source: u32,
}

/// VMAs in address order.
#[derive(Clone, Debug, Default)]
pub struct Vmas {
    list: Vec<Line>,
    names: Arc<Names>,
}

/// What stands behind VMAs, each once.
#[derive(Clone, Debug, Default)]
pub(in crate::observe) struct Names {
    sources: Vec<Source>,
    backings: Vec<Backing>,
    known_sources: HashMap<Source, u32>,
    known_backings: HashMap<Box<[u8]>, [Option<u32>; 2]>,
}

/// A file or none: many VMAs may be of the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Source {
    pub(super) device: (u32, u32),
    pub(super) inode: u64,
    pub(super) backing: u32,
}

impl Vmas {
    /// The VMAs.
    pub fn lines(&self) -> &[Line] {
        &self.list
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The index of the VMA that an address lies in.
    pub fn at(&self, addr: Addr) -> Option<usize> {
        let index = self.behind(addr);
        self.list.get(index)?.range.contains(addr).then_some(index)
    }

    /// The index of the first VMA that does not end before an address: the one it lies in, or the next.
    pub fn behind(&self, addr: Addr) -> usize {
        self.list.partition_point(|line| line.range.end <= addr)
    }

    /// What stands behind a VMA of these.
    pub fn backing(&self, line: &Line) -> &Backing {
        self.names.backing_of(line)
    }

    /// Device of the file behind a VMA of these, and inode; zeros where there is none.
    pub fn file(&self, line: &Line) -> ((u32, u32), u64) {
        self.names
            .source_at(line)
            .map_or(((0, 0), 0), |source| (source.device, source.inode))
    }

    /// A VMA of these, with its name.
    pub fn vma(&self, line: &Line) -> Vma {
        let (device, inode) = self.file(line);
        Vma {
            range: line.range,
            perms: line.perms,
            offset: line.offset,
            device,
            inode,
            backing: self.backing(line).clone(),
        }
    }
}

impl Line {
    pub(super) fn new(range: Range, offset: u64, perms: Perms, source: u32) -> Self {
        Self {
            range,
            offset,
            perms,
            source,
        }
    }
}

impl Vmas {
    pub(super) fn new(list: Vec<Line>, names: Arc<Names>) -> Self {
        Self { list, names }
    }

    pub(super) fn names(&self) -> &Arc<Names> {
        &self.names
    }

    /// Takes another list, and gives its own back to be filled again.
    pub(super) fn swap(&mut self, list: &mut Vec<Line>, names: &Arc<Names>) {
        std::mem::swap(&mut self.list, list);
        if !Arc::ptr_eq(&self.names, names) {
            self.names = Arc::clone(names);
        }
    }
}

impl FromIterator<Vma> for Vmas {
    /// In the order given.
    fn from_iter<T: IntoIterator<Item = Vma>>(vmas: T) -> Self {
        let mut names = Names::default();
        let list = vmas.into_iter().map(|vma| {
            let name = vma.backing.to_string();
            let backing = names.backing(name.as_bytes(), vma.inode);
            Line {
                range: vma.range,
                offset: vma.offset,
                perms: vma.perms,
                source: names.source(Source {
                    device: vma.device,
                    inode: vma.inode,
                    backing,
                }),
            }
        });
        Self {
            list: list.collect(),
            names: Arc::new(names),
        }
    }
}

impl Names {
    fn source_at(&self, line: &Line) -> Option<&Source> {
        self.sources.get(line.source as usize)
    }

    /// What stands behind a VMA.
    pub(in crate::observe) fn backing_of(&self, line: &Line) -> &Backing {
        self.source_at(line)
            .and_then(|source| self.backings.get(source.backing as usize))
            .unwrap_or(&Backing::Anonymous)
    }

    /// How many sources there are.
    pub(in crate::observe) fn len(&self) -> usize {
        self.sources.len()
    }

    /// The number of what is known already: found without changing anything.
    pub(super) fn source_of(&self, name: &[u8], device: (u32, u32), inode: u64) -> Option<u32> {
        let backing = self.known_backings.get(name)?[usize::from(inode != 0)]?;
        let source = Source {
            device,
            inode,
            backing,
        };
        self.known_sources.get(&source).copied()
    }

    /// The number of a name, as the last column of maps has it.
    pub(super) fn backing(&mut self, name: &[u8], inode: u64) -> u32 {
        let has_inode = usize::from(inode != 0);
        if let Some(Some(number)) = self.known_backings.get(name).map(|known| known[has_inode]) {
            return number;
        }
        let number = self.backings.len() as u32;
        self.backings.push(maps::backing(name, inode));
        self.known_backings.entry(name.into()).or_default()[has_inode] = Some(number);
        number
    }

    /// The number of a source.
    pub(super) fn source(&mut self, source: Source) -> u32 {
        let sources = &mut self.sources;
        *self.known_sources.entry(source).or_insert_with(|| {
            sources.push(source);
            sources.len() as u32 - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vma(start: u64, length: u64, path: &str) -> Vma {
        Vma {
            range: Range::of(Addr(start), length),
            perms: Perms::default(),
            offset: 0,
            device: (8, 1),
            inode: 7,
            backing: Backing::File {
                path: path.to_owned(),
                deleted: true,
            },
        }
    }

    #[test]
    fn what_goes_in_comes_out_and_names_are_kept_once() {
        let list = [
            vma(0x1000, 0x1000, "/a"),
            vma(0x3000, 0x2000, "/b"),
            vma(0x5000, 0x1000, "/a"),
        ];
        let vmas: Vmas = list.iter().cloned().collect();
        let out: Vec<Vma> = vmas.lines().iter().map(|line| vmas.vma(line)).collect();
        assert_eq!(out, list);
        assert_eq!(vmas.names.backings.len(), 2);
        let table = [
            (0, None, 0),
            (0x1000, Some(0), 0),
            (0x2000, None, 1),
            (0x4fff, Some(1), 1),
            (0x5000, Some(2), 2),
            (0x6000, None, 3),
        ];
        for (addr, at, behind) in table {
            assert_eq!((vmas.at(Addr(addr)), vmas.behind(Addr(addr))), (at, behind));
        }
    }
}

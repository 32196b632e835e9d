//! Every VMA of a process, small: 32 bytes each, and every name once however many VMAs have it.
//!
//! Made for 60,000 VMAs that are read again and again: the table of names is shared by all lists of one process.

use super::super::live::maps;
use super::devices::{Device, Devices};
use crate::mem::{Addr, Backing, Perms, Pid, Range, Vma};
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
    known_backings: HashMap<Box<[u8]>, [Option<u32>; STANDS]>,
    devices: Devices,
}

/// On what a name can stand: on nothing, on a file, on a file in memory.
const STANDS: usize = 3;

/// A file or none: many VMAs may be of the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Source {
    device: Device,
    inode: u64,
    backing: u32,
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
        self.names.file_of(line)
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
            Line {
                range: vma.range,
                offset: vma.offset,
                perms: vma.perms,
                source: names.add(name.as_bytes(), vma.device, vma.inode),
            }
        });
        Self {
            list: list.collect(),
            names: Arc::new(names),
        }
    }
}

impl Names {
    /// Of a process, which knows what its mounts are.
    pub(in crate::observe) fn of(pid: Pid) -> Self {
        Self {
            devices: Devices::of(pid),
            ..Self::default()
        }
    }

    /// None, of the same process.
    pub(super) fn emptied(&self) -> Self {
        Self {
            devices: self.devices.clone(),
            ..Self::default()
        }
    }

    fn source_at(&self, line: &Line) -> Option<&Source> {
        self.sources.get(line.source as usize)
    }

    /// What stands behind a VMA.
    pub(in crate::observe) fn backing_of(&self, line: &Line) -> &Backing {
        self.source_at(line)
            .and_then(|source| self.backings.get(source.backing as usize))
            .unwrap_or(&Backing::Anonymous)
    }

    /// Device of the file behind a VMA, and inode; zeros where there is none.
    pub(in crate::observe) fn file_of(&self, line: &Line) -> (Device, u64) {
        self.source_at(line)
            .map_or(((0, 0), 0), |source| (source.device, source.inode))
    }

    /// How many sources there are.
    pub(in crate::observe) fn len(&self) -> usize {
        self.sources.len()
    }

    /// The number of what stands behind a VMA: its name, as the last column of maps has it, its device and its inode.
    pub(super) fn number(names: &mut Arc<Self>, name: &[u8], device: Device, inode: u64) -> u32 {
        let known = names.known(name, device, inode);
        known.unwrap_or_else(|| Arc::make_mut(names).add(name, device, inode))
    }

    /// The number of what is known already: found without changing anything.
    fn known(&self, name: &[u8], device: Device, inode: u64) -> Option<u32> {
        let stand = match inode {
            0 => 0,
            _ => 1 + usize::from(self.devices.known(device)?),
        };
        let backing = self.known_backings.get(name)?[stand]?;
        let source = Source {
            device,
            inode,
            backing,
        };
        self.known_sources.get(&source).copied()
    }

    fn add(&mut self, name: &[u8], device: Device, inode: u64) -> u32 {
        let is_memory = inode != 0 && self.devices.is_memory(device);
        let source = Source {
            device,
            inode,
            backing: self.backing(name, inode, is_memory),
        };
        let sources = &mut self.sources;
        *self.known_sources.entry(source).or_insert_with(|| {
            sources.push(source);
            sources.len() as u32 - 1
        })
    }

    fn backing(&mut self, name: &[u8], inode: u64, is_memory: bool) -> u32 {
        let stand = usize::from(inode != 0) + usize::from(is_memory);
        if let Some(Some(number)) = self.known_backings.get(name).map(|known| known[stand]) {
            return number;
        }
        let number = self.backings.len() as u32;
        self.backings.push(match maps::backing(name, inode) {
            file @ Backing::File { .. } if is_memory => Backing::SharedMemory {
                name: file.to_string(),
            },
            other => other,
        });
        self.known_backings.entry(name.into()).or_default()[stand] = Some(number);
        number
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
    fn a_file_on_a_device_in_memory_is_shared_memory() {
        let mut names = Arc::new(Names {
            devices: Devices::with((0, 40)),
            ..Names::default()
        });
        let mut backing = |device, inode| {
            let number = Names::number(&mut names, b"/run/a (deleted)", device, inode);
            let again = Names::number(&mut names, b"/run/a (deleted)", device, inode);
            assert_eq!(number, again);
            let line = Line::new(Range::default(), 0, Perms::default(), number);
            names.backing_of(&line).clone()
        };
        let file = Backing::File {
            path: "/run/a".to_owned(),
            deleted: true,
        };
        let memory = Backing::SharedMemory {
            name: "/run/a (deleted)".to_owned(),
        };
        assert_eq!(backing((8, 1), 7), file);
        assert_eq!(backing((0, 40), 7), memory);
        assert_eq!(backing((0, 41), 7), file);
        assert_eq!(backing((8, 1), 7), file);
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

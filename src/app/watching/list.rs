//! The list of VMAs: which of them are shown, in which order, and which one is chosen.
//!
//! Rows are indices; nothing is formatted here. Made for 60,000 VMAs: rows are found anew only when the VMAs, their sizes
//! or the wishes of the learner change.

use crate::mem::Addr;
use crate::mem::Field;
use crate::observe::portrait::area::{Area, Areas};
use crate::watch::Order;
use crate::watch::sample::{Line, Vmas};
use crate::watch::space::Kind;

/// Which kinds of VMAs are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Memory without a file: heap and stack among it.
    Anonymous,
    /// Files, their code among it.
    Files,
    /// Shared memory.
    SharedMemory,
    /// Addresses that permit nothing.
    Forbidden,
}

impl Filter {
    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::All => Self::Anonymous,
            Self::Anonymous => Self::Files,
            Self::Files => Self::SharedMemory,
            Self::SharedMemory => Self::Forbidden,
            Self::Forbidden => Self::All,
        }
    }

    /// What is listed, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Anonymous => "anonymous",
            Self::Files => "files",
            Self::SharedMemory => "shared memory",
            Self::Forbidden => "no access",
        }
    }

    fn has(self, kind: Kind) -> bool {
        match self {
            Self::All => true,
            Self::Anonymous => matches!(kind, Kind::Anonymous | Kind::Heap | Kind::Stack),
            Self::Files => matches!(kind, Kind::Code | Kind::File),
            Self::SharedMemory => kind == Kind::SharedMemory,
            Self::Forbidden => kind == Kind::Forbidden,
        }
    }
}

/// No VMA of smaps: it was not there when smaps was read.
const NOWHERE: u32 = u32::MAX;

/// The list.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The order its rows are to have.
    pub order: Order,
    /// Which kinds are listed.
    pub filter: Filter,
    /// Whether only VMAs are listed that have pages in memory.
    pub resident: bool,
    /// What a row has to have in it: in its addresses, its permissions or its name.
    pub search: String,
    /// Whether the search is being typed.
    pub typing: bool,
    /// Whether the learner chose a VMA; until then it is the first.
    pub touched: bool,
    /// The order that they have: by address as long as the sizes that they are to be ordered by are not known.
    now: Order,
    /// The VMAs listed, by their index.
    rows: Vec<u32>,
    /// For every VMA the place of its sizes.
    places: Vec<u32>,
    /// The chosen row.
    at: usize,
    /// The first address of the chosen VMA.
    chosen: Option<Addr>,
    /// The first row on the screen.
    top: usize,
}

impl List {
    /// Finds the places of the sizes: both are in the order of addresses. A VMA that has grown since smaps was read, up
    /// or down, is still the one that it was.
    pub fn join(&mut self, vmas: &Vmas, areas: Option<&Areas>) {
        let areas = areas.map_or(&[][..], Areas::list);
        let mut from = 0;
        self.places.clear();
        self.places.extend(vmas.lines().iter().map(|line| {
            while areas
                .get(from)
                .is_some_and(|area| area.range().end <= line.range.start)
            {
                from += 1;
            }
            let is_it = |area: &&Area| {
                let range = area.range();
                range.start == line.range.start || range.end == line.range.end
            };
            match areas.get(from).filter(is_it) {
                Some(_) => from as u32,
                None => NOWHERE,
            }
        }));
    }

    /// Finds the rows anew; the chosen VMA stays chosen while it is listed.
    pub fn arrange(&mut self, vmas: &Vmas, areas: Option<&Areas>) {
        let wanted = self.search.to_lowercase();
        let fits = |index: &u32| {
            let line = &vmas.lines()[*index as usize];
            self.filter.has(Kind::of(line.perms, vmas.backing(line)))
                && (!self.resident || self.is_resident(*index as usize, areas))
                && (wanted.is_empty() || has(vmas, line, &wanted))
        };
        let mut rows: Vec<u32> = (0..vmas.len() as u32).filter(fits).collect();
        self.now = if areas.is_none() && self.order.needs_sizes() {
            Order::Address
        } else {
            self.order
        };
        let weight = |index: u32| match (self.now, areas) {
            (Order::Size, _) => vmas.lines()[index as usize].range.length(),
            (order, Some(areas)) => {
                let area = self.area(index as usize, areas);
                area.map_or(0, |area| order.weight(area))
            }
            (_, None) => 0,
        };
        if self.now != Order::Address {
            rows.sort_by_cached_key(|&index| std::cmp::Reverse(weight(index)));
        }
        self.rows = rows;
        self.find(vmas);
    }

    /// Brings the chosen row back to the chosen VMA, or the chosen VMA to the row.
    fn find(&mut self, vmas: &Vmas) {
        let chosen = self.chosen.filter(|_| self.touched);
        let vma = chosen.and_then(|chosen| vmas.at(chosen));
        let row = vma.and_then(|vma| self.rows.iter().position(|row| *row as usize == vma));
        self.at = match row {
            Some(row) => row,
            None if self.touched => self.at.min(self.rows.len().saturating_sub(1)),
            None => 0,
        };
        self.chosen = self
            .vma(self.at)
            .and_then(|index| vmas.lines().get(index))
            .map(|line| line.range.start);
    }

    fn is_resident(&self, index: usize, areas: Option<&Areas>) -> bool {
        let area = areas.and_then(|areas| self.area(index, areas));
        // One whose size is not known yet may be.
        area.is_none_or(|area| area.sizes.get(Field::Rss) != Some(0))
    }

    /// The order that the rows have now.
    pub fn order_now(&self) -> Order {
        self.now
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing is listed.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The chosen row.
    pub fn row(&self) -> usize {
        self.at
    }

    /// The first address of the chosen VMA.
    pub fn chosen(&self) -> Option<Addr> {
        self.chosen
    }

    /// The index of the VMA of a row.
    pub fn vma(&self, row: usize) -> Option<usize> {
        self.rows.get(row).map(|index| *index as usize)
    }

    /// The index of a VMA's sizes among those of smaps.
    pub fn place(&self, vma: usize) -> Option<usize> {
        let place = *self.places.get(vma)?;
        (place != NOWHERE).then_some(place as usize)
    }

    /// The sizes of a VMA; `None` when smaps was read before it was there.
    pub fn area<'a>(&self, vma: usize, areas: &'a Areas) -> Option<&'a Area> {
        areas.list().get(self.place(vma)?)
    }

    /// The first row of a screen with so many: the chosen one is always on it.
    pub fn top(&self, height: usize) -> usize {
        let last = self.rows.len().saturating_sub(height);
        let lowest = (self.at + 1).saturating_sub(height);
        self.top.clamp(lowest, self.at.max(lowest)).min(last)
    }

    /// Chooses the row that is `by` further, on a screen of so many rows; whether another is chosen now.
    pub fn walk(&mut self, by: isize, height: usize, vmas: &Vmas) -> bool {
        let last = self.rows.len().saturating_sub(1);
        self.choose_row(self.at.saturating_add_signed(by).min(last), height, vmas)
    }

    /// Chooses a row.
    pub fn choose_row(&mut self, row: usize, height: usize, vmas: &Vmas) -> bool {
        let (was, top) = (self.at, self.top(height));
        self.top = top;
        let Some(vma) = self.vma(row) else {
            return false;
        };
        self.at = row;
        self.touched = true;
        self.chosen = vmas.lines().get(vma).map(|line| line.range.start);
        self.top = self.top(height);
        was != row
    }

    /// Chooses the VMA of that index, listed or not: where it is not, everything is listed again.
    pub fn choose(&mut self, vma: usize, vmas: &Vmas, areas: Option<&Areas>) -> bool {
        let Some(line) = vmas.lines().get(vma) else {
            return false;
        };
        let was = self.chosen.replace(line.range.start);
        self.touched = true;
        if !self.rows.contains(&(vma as u32)) {
            self.filter = Filter::All;
            self.resident = false;
            self.search.clear();
            self.arrange(vmas, areas);
        }
        self.find(vmas);
        was != self.chosen
    }
}

/// Whether a row has the text, in small letters, in its addresses, permissions or name.
fn has(vmas: &Vmas, line: &Line, wanted: &str) -> bool {
    use crate::mem::Backing;
    let backing = vmas.backing(line);
    let in_name = match backing {
        Backing::Anonymous => "anonymous".contains(wanted),
        Backing::File { path, .. } => path.to_lowercase().contains(wanted),
        other => other.to_string().to_lowercase().contains(wanted),
    };
    in_name
        || (wanted.len() <= 4 && line.perms.to_string().contains(wanted))
        || line
            .range
            .to_string()
            .contains(wanted.trim_start_matches("0x"))
        || address(wanted).is_some_and(|addr| line.range.contains(addr))
}

/// An address that somebody looks for: `0x7f…`, or hexadecimal digits that are enough to be none of a name's.
fn address(wanted: &str) -> Option<Addr> {
    let digits = match wanted.strip_prefix("0x") {
        Some(digits) => digits,
        None if wanted.len() >= 8 => wanted,
        None => return None,
    };
    u64::from_str_radix(digits, 16).ok().map(Addr)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Backing, Perms, Range, Vma};
    use crate::observe::portrait::area::Parser;

    /// VMAs of start in pages, permissions, name and RSS in kB; and their sizes.
    fn process(list: &[(u64, &str, &str, u64)]) -> (Vmas, Areas) {
        let mut parser = Parser::default();
        let vmas = list.iter().map(|(start, perms, name, rss)| {
            let inode = u64::from(name.starts_with('/'));
            let (low, high) = (start * 4096, start * 4096 + 4096);
            let text = format!(
                "{low:x}-{high:x} {perms} 0 0:0 {inode} {name}\nRss: {rss} kB\nSize: 4 kB\n"
            );
            parser.push(text.as_bytes());
            Vma {
                range: Range::new(Addr(low), Addr(high)),
                perms: Perms {
                    read: perms.contains('r'),
                    write: perms.contains('w'),
                    execute: perms.contains('x'),
                    shared: perms.contains('s'),
                },
                offset: 0,
                device: (0, 0),
                inode,
                backing: match *name {
                    "" => Backing::Anonymous,
                    "[heap]" => Backing::Heap,
                    name => Backing::File {
                        path: name.to_owned(),
                        deleted: false,
                    },
                },
            }
        });
        let vmas: Vmas = vmas.collect();
        (vmas, parser.finish(b""))
    }

    fn some() -> (Vmas, Areas) {
        process(&[
            (1, "r-xp", "/bin/Cat", 4),
            (2, "rw-p", "[heap]", 12),
            (5, "rw-p", "", 8),
            (9, "---p", "", 0),
        ])
    }

    fn rows(list: &List) -> Vec<usize> {
        (0..list.len()).filter_map(|row| list.vma(row)).collect()
    }

    type Wish = fn(&mut List);

    #[test]
    fn what_is_listed_follows_the_wishes() {
        let (vmas, areas) = some();
        let table: [(Wish, &[usize]); 11] = [
            (|_| (), &[1, 2, 0, 3]),
            (|list| list.order = Order::Address, &[0, 1, 2, 3]),
            (|list| list.filter = Filter::Anonymous, &[1, 2]),
            (|list| list.filter = Filter::Files, &[0]),
            (|list| list.filter = Filter::SharedMemory, &[]),
            (|list| list.filter = Filter::Forbidden, &[3]),
            (|list| list.resident = true, &[1, 2, 0]),
            (|list| list.search = "cat".into(), &[0]),
            (|list| list.search = "rw-".into(), &[1, 2]),
            (|list| list.search = "0x2080".into(), &[1]),
            (|list| list.search = "5000".into(), &[2]),
        ];
        for (index, (wish, expected)) in table.into_iter().enumerate() {
            let mut list = List::default();
            wish(&mut list);
            list.join(&vmas, Some(&areas));
            list.arrange(&vmas, Some(&areas));
            assert_eq!(rows(&list), expected, "row {index}");
        }
    }

    #[test]
    fn sizes_that_were_not_read_hide_nothing() {
        let (vmas, _) = some();
        let mut list = List {
            resident: true,
            ..List::default()
        };
        list.join(&vmas, None);
        list.arrange(&vmas, None);
        assert_eq!(rows(&list), [0, 1, 2, 3]);
        assert_eq!(list.place(0), None);
        assert_eq!((list.order, list.order_now()), (Order::Rss, Order::Address));
        list.order = Order::Size;
        list.arrange(&vmas, None);
        assert_eq!(list.order_now(), Order::Size);
        // Read before the heap came.
        let (_, old) = process(&[(1, "r-xp", "/bin/Cat", 4), (5, "rw-p", "", 8)]);
        list.join(&vmas, Some(&old));
        let places = |list: &List| -> Vec<_> { (0..4).map(|vma| list.place(vma)).collect() };
        assert_eq!(places(&list), [Some(0), None, Some(1), None]);
        // Grown since, upwards and downwards.
        let mut parser = Parser::default();
        parser.push(b"1000-1800 r-xp 0 0:0 1 /bin/Cat\n2800-3000 rw-p 0 0:0 0 [heap]\n");
        list.join(&vmas, Some(&parser.finish(b"")));
        assert_eq!(places(&list), [Some(0), Some(1), None, None]);
    }

    #[test]
    fn the_chosen_vma_stays_chosen_when_the_order_changes() {
        let (vmas, areas) = some();
        let mut list = List::default();
        list.join(&vmas, Some(&areas));
        list.arrange(&vmas, Some(&areas));
        assert_eq!(
            list.chosen(),
            Some(Addr(2 * 4096)),
            "the first, until one is chosen"
        );
        assert!(list.walk(2, 10, &vmas));
        assert_eq!(list.chosen(), Some(Addr(4096)));
        list.order = Order::Address;
        list.arrange(&vmas, Some(&areas));
        assert_eq!((list.row(), list.chosen()), (0, Some(Addr(4096))));
        // It is gone: the row stays.
        let (vmas, areas) = process(&[(2, "rw-p", "[heap]", 12), (5, "rw-p", "", 8)]);
        list.join(&vmas, Some(&areas));
        list.arrange(&vmas, Some(&areas));
        assert_eq!(list.chosen(), Some(Addr(2 * 4096)));
        list.filter = Filter::Files;
        list.arrange(&vmas, Some(&areas));
        assert_eq!((list.len(), list.chosen()), (0, None));
        assert!(list.choose(1, &vmas, Some(&areas)));
        assert_eq!((list.row(), list.chosen()), (1, Some(Addr(5 * 4096))));
    }

    #[test]
    fn the_chosen_row_is_on_the_screen() {
        let many: Vec<_> = (0..1000).map(|page| (page * 2, "rw-p", "", 4)).collect();
        let (vmas, areas) = process(&many);
        let mut list = List::default();
        list.join(&vmas, Some(&areas));
        list.arrange(&vmas, Some(&areas));
        for (by, top) in [
            (1, 0),
            (8, 0),
            (1, 1),
            (1000, 990),
            (-5, 990),
            (-5, 989),
            (-2000, 0),
        ] {
            list.walk(by, 10, &vmas);
            assert_eq!(list.top(10), top, "{by}");
            assert!((top..top + 10).contains(&list.row()));
        }
    }
}

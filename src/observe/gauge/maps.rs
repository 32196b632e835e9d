//! `/proc/<pid>/maps` to [`Vmas`]: read in the kernel's pieces and taken apart in place, and single VMAs by
//! `PROCMAP_QUERY`. Once every name was seen, nothing is allocated. See proc(5).

use super::super::live::maps;
use super::files::{Files, Name};
use super::meter::Meter;
use super::query::{self, Room};
use super::vmas::{Line, Names, Vmas};
use crate::mem::{Addr, Perms, Pid, Range};
use crate::observe::ObserveError;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Bytes asked for at a time. The kernel gives about a page of text, however much it is asked for.
const PIECE: usize = 16 * 1024;
/// How many names may be known that no VMA has any more, before all are learnt anew.
const STALE: usize = 1 << 14;

/// Reads the VMAs of one process again and again.
#[derive(Debug)]
pub struct Reader {
    names: Arc<Names>,
    buffer: Vec<u8>,
    /// What is being read; kept for its capacity.
    list: Vec<Line>,
    rest: Rest,
    shown: Arc<Vmas>,
    rows: Arc<Vmas>,
    room: Room,
    queries: Queries,
}

/// The end of a line, from the device on, and what it meant: it is the same for many VMAs one after the other.
#[derive(Debug, Default)]
pub(in crate::observe) struct Rest {
    text: Vec<u8>,
    source: u32,
}

impl Rest {
    /// One line, without its newline; `None` when it is not a line of maps.
    pub(in crate::observe) fn line(&mut self, line: &[u8], names: &mut Arc<Names>) -> Option<Line> {
        let (head, used) = head(line)?;
        let tail = &line[used..];
        if tail != self.text || tail.is_empty() {
            self.source = source(line, names)?;
            self.text.clear();
            self.text.extend_from_slice(tail);
        }
        Some(Line::new(head.range, head.offset, head.perms, self.source))
    }
}

/// Whether single VMAs can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queries {
    /// As far as is known.
    Possible,
    /// This kernel has no `PROCMAP_QUERY`: rows are taken from the list that was read last.
    Missing,
}

impl Reader {
    /// Of a process; `queries` is what is to be tried.
    pub fn new(pid: Pid, queries: Queries) -> Self {
        Self {
            names: Arc::new(Names::of(pid)),
            buffer: vec![0; PIECE],
            list: Vec::new(),
            rest: Rest::default(),
            shown: Arc::default(),
            rows: Arc::default(),
            room: Room::default(),
            queries,
        }
    }

    /// The VMAs as they were read last.
    pub fn last(&self) -> &Arc<Vmas> {
        &self.shown
    }

    /// Whether the program that `maps` was opened of is no more: nothing can be read of it.
    pub fn is_closed(&mut self, files: &mut Files, meter: &mut Meter) -> bool {
        let Ok(file) = files.get(Name::Maps, meter) else {
            return true;
        };
        let count = meter.held(|| file.read_at(&mut self.buffer, 0));
        !matches!(count, Ok(1..))
    }

    /// Reads all of them. The list is empty when the process has no memory any more. Where nothing has changed, it is
    /// the same `Arc` as before.
    pub fn read(
        &mut self,
        files: &mut Files,
        meter: &mut Meter,
    ) -> Result<Arc<Vmas>, ObserveError> {
        self.list.clear();
        if self.names.len() > self.shown.len() + STALE {
            self.names = Arc::new(self.names.emptied());
            self.rest = Rest::default();
        }
        let pid = files.pid();
        let file = files.get(Name::Maps, meter)?;
        let (mut at, mut held) = (0, 0);
        loop {
            let count = meter
                .held(|| file.read_at(&mut self.buffer[held..], at))
                .map_err(|error| ObserveError::of(pid, "maps", &error))?;
            if count == 0 {
                break;
            }
            at += count as u64;
            held += count;
            let used = lines(
                &self.buffer[..held],
                &mut self.rest,
                &mut self.names,
                &mut self.list,
            );
            self.buffer.copy_within(used..held, 0);
            held -= used;
            if held == self.buffer.len() {
                // A line longer than all of it.
                self.buffer.resize(held * 2, 0);
            }
        }
        let same = Arc::ptr_eq(self.shown.names(), &self.names) && self.shown.lines() == self.list;
        if !same {
            replace(&mut self.shown, &mut self.list, &self.names);
        }
        Ok(Arc::clone(&self.shown))
    }

    /// The VMAs at some addresses, in the order of these; one that is not there is missing. Where nothing has changed,
    /// it is the same `Arc` as before.
    pub fn rows(
        &mut self,
        addresses: &[Addr],
        files: &mut Files,
        meter: &mut Meter,
    ) -> Result<Arc<Vmas>, ObserveError> {
        self.list.clear();
        if self.queries == Queries::Possible {
            self.query(addresses, files, meter)?;
        }
        if self.queries == Queries::Missing {
            self.list.clear();
            let known = addresses.iter().filter_map(|&addr| {
                let index = self.shown.at(addr)?;
                self.shown.lines().get(index)
            });
            self.list.extend(known);
        }
        let names = match self.queries {
            Queries::Possible => &self.names,
            Queries::Missing => self.shown.names(),
        };
        if !Arc::ptr_eq(self.rows.names(), names) || self.rows.lines() != self.list {
            let names = Arc::clone(names);
            replace(&mut self.rows, &mut self.list, &names);
        }
        Ok(Arc::clone(&self.rows))
    }

    fn query(
        &mut self,
        addresses: &[Addr],
        files: &mut Files,
        meter: &mut Meter,
    ) -> Result<(), ObserveError> {
        let pid = files.pid();
        let file = files.get(Name::Maps, meter)?;
        for &addr in addresses {
            match meter.held(|| query::query(file, addr, &mut self.room)) {
                Ok(None) => {}
                Ok(Some(answer)) => {
                    let line = line_of(&answer, &mut self.names);
                    self.list.push(line);
                }
                Err(error) => match error.raw_os_error() {
                    Some(libc::ENOTTY | libc::EINVAL | libc::ENOSYS) => {
                        self.queries = Queries::Missing;
                        break;
                    }
                    _ => return Err(ObserveError::of(pid, "maps", &error)),
                },
            }
        }
        Ok(())
    }
}

/// Puts a list in the place of one that others may still hold; what was there is kept to be filled again.
fn replace(shown: &mut Arc<Vmas>, list: &mut Vec<Line>, names: &Arc<Names>) {
    match Arc::get_mut(shown) {
        Some(shown) => shown.swap(list, names),
        None => *shown = Arc::new(Vmas::new(std::mem::take(list), Arc::clone(names))),
    }
}

fn line_of(answer: &query::Answer<'_>, names: &mut Arc<Names>) -> Line {
    let escaped;
    let name = if answer.name.contains(&b'\n') {
        let text = answer.name.split(|&byte| byte == b'\n');
        escaped = text.collect::<Vec<_>>().join(&b"\\012"[..]);
        &escaped
    } else {
        answer.name
    };
    let source = Names::number(names, name, answer.device, answer.inode);
    Line::new(answer.range, answer.offset, answer.perms, source)
}

/// Takes whole lines apart, and gives how many bytes they were. What is no line of maps is passed over.
fn lines(text: &[u8], rest: &mut Rest, names: &mut Arc<Names>, list: &mut Vec<Line>) -> usize {
    let mut at = 0;
    loop {
        let line = &text[at..];
        // Most often the end is that of the line before: then the newline need not be looked for.
        if let Some((head, used)) = head(line)
            && !rest.text.is_empty()
            && line[used..].starts_with(&rest.text)
            && line.get(used + rest.text.len()) == Some(&b'\n')
        {
            list.push(Line::new(head.range, head.offset, head.perms, rest.source));
            at += used + rest.text.len() + 1;
            continue;
        }
        let Some(end) = line.iter().position(|&byte| byte == b'\n') else {
            return at;
        };
        list.extend(rest.line(&line[..end], names));
        at += end + 1;
    }
}

fn source(line: &[u8], names: &mut Arc<Names>) -> Option<u32> {
    let (vma, name) = maps::columns(line)?;
    Some(Names::number(names, name, vma.device, vma.inode))
}

/// The columns that differ from line to line.
struct Head {
    range: Range,
    perms: Perms,
    offset: u64,
}

/// `start-end perms offset`, and how many bytes that is.
fn head(line: &[u8]) -> Option<(Head, usize)> {
    let (start, at) = hex(line, 0, b'-')?;
    let (end, at) = hex(line, at, b' ')?;
    let &[read, write, execute, sharing, b' '] = line.get(at..at + 5)? else {
        return None;
    };
    let (offset, at) = hex(line, at + 5, b' ')?;
    let head = Head {
        range: Range::new(Addr(start), Addr(end)),
        perms: Perms {
            read: read == b'r',
            write: write == b'w',
            execute: execute == b'x',
            shared: sharing == b's',
        },
        offset,
    };
    (start < end).then_some((head, at))
}

/// The number that begins at `at` and ends before `end`, and where the text goes on behind that.
fn hex(text: &[u8], mut at: usize, end: u8) -> Option<(u64, usize)> {
    let mut number = 0u64;
    let first = at;
    loop {
        let byte = *text.get(at)?;
        at += 1;
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ if byte == end && at - first > 1 => return Some((number, at)),
            _ => return None,
        };
        if number >> 60 != 0 {
            return None;
        }
        number = number << 4 | u64::from(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Vma;

    fn parse(text: &[u8]) -> (Vec<Vma>, usize) {
        let mut names = Arc::default();
        let mut list = Vec::new();
        let used = lines(text, &mut Rest::default(), &mut names, &mut list);
        let vmas = Vmas::new(list, names);
        (
            vmas.lines().iter().map(|line| vmas.vma(line)).collect(),
            used,
        )
    }

    #[test]
    fn agrees_with_the_other_reader_of_maps() {
        let text = b"1000-2000 rw-p 00000000 00:00 0 \n\
            2000-3000 r--p 00000000 00:00 0 \n\
            3000-5000 r-xp 00003000 fd:10 4711                       /tmp/a b\n\
            5000-6000 r-xp 00005000 fd:10 4711                       /tmp/a b\n\
            6000-7000 rw-s 00000000 00:01 9                          /memfd:x (deleted)\n\
            7000-8000 rw-s 00000000 00:01 9                          /memfd:x (deleted) \n\
            8000-9000 rw-p 00000000 00:00 0                          [heap]\n\
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";
        let (ours, used) = parse(text);
        assert_eq!(ours, maps::parse(text).unwrap());
        assert_eq!(used, text.len());
        for end in 0..text.len() {
            let (part, used) = parse(&text[..end]);
            let whole = text[..end].split(|&byte| byte == b'\n').count() - 1;
            assert_eq!(part, ours[..whole], "cut at {end}");
            assert!(used <= end && (used == 0 || text[used - 1] == b'\n'));
        }
    }

    #[test]
    fn what_is_no_line_is_passed_over() {
        let table: [&[u8]; 8] = [
            b"x",
            b"1000 rw-p 0 0:0 0",
            b"2000-1000 rw-p 0 0:0 0",
            b"1000-2000 rw 0 0:0 0",
            b"1000-2000 rw-p 0 0 0",
            b"1000-fffffffffffffffffff rw-p 0 0:0 0",
            b"-2000 rw-p 0 0:0 0",
            b"\xff\xfe",
        ];
        for line in table {
            let text = [line, b"\n1000-2000 rw-p 00000000 00:00 0 \n"].concat();
            let (vmas, used) = parse(&text);
            assert_eq!((vmas.len(), used), (1, text.len()), "{line:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, name in "\\PC*") {
            let (_, used) = parse(&bytes);
            proptest::prop_assert!(used <= bytes.len());
            let line = format!("1000-2000 rw-p 00000000 00:00 7    /{name}\n");
            proptest::prop_assert_eq!(parse(line.as_bytes()).0, maps::parse(line.as_bytes()).unwrap_or_default());
        }
    }

    #[test]
    fn this_process_is_read_whole_and_asked_for_one_by_one() {
        let pid = Pid(std::process::id() as i32);
        let mut files = Files::open(pid).unwrap();
        let mut meter = Meter::default();
        for queries in [Queries::Possible, Queries::Missing] {
            let mut reader = Reader::new(pid, queries);
            let all = reader.read(&mut files, &mut meter).unwrap();
            let text = all.lines().iter().map(|line| all.vma(line));
            assert!(text.clone().count() > 5);
            // Other tests of this process map and unmap meanwhile: only what stays is compared.
            let stays: Vec<Vma> = text
                .filter(|vma| vma.inode != 0 && vma.perms.execute)
                .collect();
            assert!(!stays.is_empty());
            let addresses: Vec<Addr> = stays.iter().map(|vma| vma.range.start).collect();
            let rows = reader.rows(&addresses, &mut files, &mut meter).unwrap();
            let found: Vec<Vma> = rows.lines().iter().map(|line| rows.vma(line)).collect();
            assert_eq!(found, stays, "{queries:?}");
            let again = reader.rows(&addresses, &mut files, &mut meter).unwrap();
            assert!(Arc::ptr_eq(&rows, &again));
            let nobody = reader.rows(&[Addr(1)], &mut files, &mut meter).unwrap();
            assert!(nobody.is_empty());
        }
    }
}

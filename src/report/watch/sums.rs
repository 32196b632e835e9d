//! Sums that text and JSON both show: sizes of the process as a whole, and of it and its descendants together.

use crate::mem::{Field, Reading};
use crate::observe::portrait::Portrait;
use crate::observe::portrait::kin::Kin;
use crate::observe::portrait::status::Status;

/// A size of the whole process, in bytes: the sum over all VMAs, or what status says where smaps may not be read. The
/// error says why it is not known.
pub(super) fn total(portrait: &Portrait, field: Field) -> Result<u64, String> {
    match &portrait.areas {
        Reading::Known(areas) => areas.sum(field),
        Reading::Unknown(why) => {
            let status = portrait.status.known();
            status
                .and_then(|status| of_status(status, field))
                .ok_or_else(|| why.clone())
        }
    }
}

fn of_status(status: &Status, field: Field) -> Option<u64> {
    match field {
        Field::Size => status.size,
        Field::Rss => status.rss(),
        Field::Swap => status.swap,
        _ => None,
    }
}

/// The process and its descendants together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tree {
    /// How many they are.
    pub(super) processes: usize,
    /// RSS in bytes; `None` where that of one of them is not known.
    pub(super) rss: Option<u64>,
    /// PSS in bytes, likewise.
    pub(super) pss: Option<u64>,
}

/// Adds up the tree.
pub(super) fn tree(portrait: &Portrait) -> Tree {
    let sum = |field, of: fn(&Kin) -> &Reading<u64>| {
        let own = total(portrait, field).ok()?;
        let mut kin = portrait.kin.iter().map(of);
        kin.try_fold(own, |sum, size| sum.checked_add(*size.known()?))
    };
    Tree {
        processes: portrait.kin.len() + 1,
        rss: sum(Field::Rss, |kin| &kin.rss),
        pss: sum(Field::Pss, |kin| &kin.pss),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::mem::{Faults, Pid};
    use crate::observe::portrait::area::Parser;
    use crate::observe::portrait::command::Command;
    use crate::observe::portrait::stream;

    /// A process with these blocks of smaps, or one whose smaps may not be read.
    pub(in crate::report::watch) fn portrait(smaps: Option<&str>) -> Portrait {
        let known = |text: &str| stream::parse(Parser::default(), &mut text.as_bytes()).unwrap();
        let refused = || Reading::unknown("it may not be read");
        Portrait {
            pid: Pid(7),
            command: Command::default(),
            state: 'S',
            threads: 1,
            is_kernel: false,
            faults: Faults::default(),
            status: Reading::Known(Status {
                size: Some(1 << 20),
                anonymous: Some(4096),
                file: Some(8192),
                shared_memory: Some(0),
                swap: Some(0),
                ..Status::default()
            }),
            areas: smaps.map_or_else(refused, |text| Reading::Known(known(text))),
            cut: None,
            kin: Vec::new(),
        }
    }

    fn kin(sizes: [Reading<u64>; 2]) -> Kin {
        let [rss, pss] = sizes;
        Kin {
            pid: Pid(8),
            parent: Pid(7),
            depth: 1,
            command: Command::default(),
            rss,
            pss,
            swap: Reading::Known(0),
        }
    }

    #[test]
    fn where_smaps_is_refused_status_is_asked() {
        let portrait = portrait(None);
        let table = [
            (Field::Rss, Some(12288)),
            (Field::Size, Some(1 << 20)),
            (Field::Swap, Some(0)),
            (Field::Pss, None),
            (Field::Locked, None),
        ];
        for (field, expected) in table {
            let found = total(&portrait, field);
            assert_eq!(found.as_ref().ok(), expected.as_ref(), "{field:?}");
        }
    }

    #[test]
    fn a_tree_is_added_up_size_by_size() {
        let block = "1000-2000 rw-p 0 0:0 0\nRss: 4 kB\nPss: 2 kB\n";
        let known = |bytes| Reading::Known(bytes);
        let hidden = || Reading::unknown("hidden");
        let table = [
            (vec![], Some(4096), Some(2048)),
            (vec![kin([known(0), known(0)])], Some(4096), Some(2048)),
            (vec![kin([known(9), known(1)])], Some(4105), Some(2049)),
            (vec![kin([known(9), hidden()])], Some(4105), None),
            (
                vec![kin([hidden(), hidden()]), kin([known(9), known(9)])],
                None,
                None,
            ),
        ];
        for (kin, rss, pss) in table {
            let processes = kin.len() + 1;
            let portrait = Portrait {
                kin,
                ..portrait(Some(block))
            };
            assert_eq!(
                tree(&portrait),
                Tree {
                    processes,
                    rss,
                    pss
                }
            );
        }
        // A thread of the kernel has no VMAs, and that is nothing unknown.
        let kernel = portrait(Some(""));
        assert_eq!((tree(&kernel).rss, tree(&kernel).pss), (Some(0), Some(0)));
    }
}

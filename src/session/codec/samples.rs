//! Moments made up for tests: any that could be, and some that could not.

use crate::mem::{
    Access, AccessKind, Act, Addr, Backing, Call, Ending, FUNCTIONS, Faults, Field, Nanos, Outcome,
    PageState, Perms, Pid, Process, Range, Reading, Signal, Totals, Usage, Vma,
};
use crate::observe::{CacheState, Cause, Change, Mapping, Pages, Place, Snapshot};
use crate::session::moment::{Moment, Ran, TYPED};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::sync::Arc;

/// Bytes of a page in samples.
pub(crate) const PAGE: u64 = 4096;

fn reading<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Reading<T>> {
    prop_oneof![
        4 => value.prop_map(Reading::Known),
        1 => prop_oneof!["", "no right"].prop_map(Reading::Unknown),
    ]
}

fn state() -> impl Strategy<Value = PageState> {
    // Few of them, so that runs are made.
    prop_oneof![
        Just(PageState::Absent),
        Just(PageState::Private),
        (0..12_usize).prop_map(|at| PageState::ALL[at]),
    ]
}

fn pages(count: usize) -> impl Strategy<Value = Pages> {
    let far = proptest::collection::btree_map(count as u64..1 << 40, state(), 0..4);
    let frames = vec(prop_oneof![Just(0), 100..105_u64, any::<u64>()], count);
    (vec(state(), count), reading(far), reading(frames)).prop_map(|(states, far, frames)| Pages {
        states,
        cut: 0,
        far,
        frames,
    })
}

fn usage() -> impl Strategy<Value = Usage> {
    let fields = vec((0..4_usize, any::<u32>()), 0..4);
    (fields, vec("New: 4 kB|Other:", 0..2)).prop_map(|(fields, strangers)| Usage {
        sizes: fields
            .into_iter()
            .filter_map(|(at, value)| Some((Field::at(3 * at)?, u64::from(value))))
            .collect(),
        strangers,
    })
}

fn backing() -> impl Strategy<Value = Backing> {
    prop_oneof![
        Just(Backing::Anonymous),
        Just(Backing::Heap),
        Just(Backing::Stack),
        any::<bool>().prop_map(|deleted| Backing::File {
            path: "/tmp/ä".to_owned(),
            deleted
        }),
        Just(Backing::SharedMemory {
            name: "/dev/zero (deleted)".to_owned()
        }),
        Just(Backing::Special("[vdso]".to_owned())),
    ]
}

/// A mapping anywhere in 24 pages: it may lie over others.
fn mapping() -> impl Strategy<Value = Mapping> {
    (0..24_u64, 1..9_usize).prop_flat_map(|(first, count)| {
        let vma = (any::<[bool; 4]>(), 0..3_u64, backing());
        let rest = (
            any::<bool>(),
            reading(usage()),
            option::of(any::<u64>()),
            reading(vec(
                (0..4_usize).prop_map(|at| CacheState::ALL[at]),
                0..count,
            )),
        );
        (vma, rest, reading(pages(count)), vec("rd|wr|mg", 0..3)).prop_map(
            move |((perms, offset, backing), (own, usage, file_length, cache), pages, flags)| {
                Mapping {
                    vma: Vma {
                        range: Range::of(Addr(first * PAGE), count as u64 * PAGE),
                        perms: Perms {
                            read: perms[0],
                            write: perms[1],
                            execute: perms[2],
                            shared: perms[3],
                        },
                        offset,
                        device: (8, offset as u32),
                        inode: offset,
                        backing,
                    },
                    own,
                    usage,
                    flags,
                    pages,
                    file_length,
                    cache,
                }
            },
        )
    })
}

fn process() -> impl Strategy<Value = Process> {
    prop_oneof![
        Just(Process::Main),
        (0..3_u8).prop_map(Process::Child),
        (0..3_u8).prop_map(Process::Peer),
    ]
}

fn faults() -> impl Strategy<Value = Faults> {
    prop_oneof![
        Just(Faults::default()),
        Just(Faults { minor: 1, major: 0 }),
        (any::<u64>(), 0..3_u64).prop_map(|(minor, major)| Faults { minor, major }),
    ]
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let mappings = (vec(mapping(), 0..5), any::<bool>()).prop_map(|(mut mappings, sorted)| {
        if sorted {
            mappings.sort_by_key(|mapping| mapping.vma.range);
        }
        mappings
    });
    let head = (
        process(),
        1..4_i32,
        reading(faults()),
        reading(any::<u64>()),
    );
    (head, mappings).prop_map(|((process, pid, faults, page_tables), mappings)| Snapshot {
        process,
        pid: Pid(pid),
        mappings,
        faults,
        page_tables,
    })
}

/// Any snapshots of a moment.
pub(crate) fn look() -> impl Strategy<Value = Vec<Arc<Snapshot>>> {
    vec(snapshot().prop_map(Arc::new), 0..4)
}

/// Snapshots, and others that have much in common with them: mappings left out, put in, and changed a little.
pub(crate) fn looks() -> impl Strategy<Value = (Vec<Arc<Snapshot>>, Vec<Arc<Snapshot>>)> {
    (look(), look(), vec(0..6_u8, 0..24)).prop_map(|(before, others, edits)| {
        let mut now: Vec<Snapshot> = before.iter().map(|one| (**one).clone()).collect();
        let mut edits = edits.into_iter().cycle();
        let mut edit = || edits.next().unwrap_or(0);
        for snapshot in &mut now {
            snapshot.mappings.retain(|_| edit() != 1);
            for mapping in &mut snapshot.mappings {
                if edit() == 2 {
                    mapping.own = !mapping.own;
                }
                if let (3, Reading::Known(pages)) = (edit(), &mut mapping.pages) {
                    pages.states[0] = PageState::Guard;
                }
                if let (3, Reading::Known(usage)) = (edit(), &mut mapping.usage) {
                    usage.sizes.set(Field::Rss, PAGE);
                }
            }
        }
        for (now, other) in now.iter_mut().zip(&others) {
            if edit() == 4 {
                now.mappings.extend(other.mappings.iter().cloned());
            }
        }
        let more = others.into_iter().filter(|_| edit() == 5);
        let now: Vec<Arc<Snapshot>> = now.into_iter().map(Arc::new).chain(more).collect();
        (before, now)
    })
}

fn act() -> impl Strategy<Value = Act> {
    let signal = (any::<i32>(), any::<i32>(), any::<u64>());
    let signal = option::weighted(0.2, signal).prop_map(|signal| {
        signal.map(|(number, code, address)| Signal {
            number,
            code,
            address: Addr(address),
        })
    });
    let kinds = [AccessKind::Read, AccessKind::Write, AccessKind::Execute];
    let place = prop_oneof![0..4_u64, any::<u64>()].prop_map(|page| Addr(page.wrapping_mul(PAGE)));
    let access = (0..3_usize, place, 1..5_u32, faults(), 0..3000_u64, signal);
    let access = access.prop_map(move |(kind, address, length, faults, ns, signal)| {
        Act::Access(Access {
            kind: kinds[kind],
            address,
            length,
            faults,
            elapsed: Nanos(ns),
            signal,
        })
    });
    let call = (
        0..=FUNCTIONS.len(),
        any::<[u64; 6]>(),
        any::<i64>(),
        any::<i32>(),
        faults(),
    );
    let call = call.prop_map(|(function, arguments, result, errno, faults)| {
        Act::Call(Call {
            function: FUNCTIONS.get(function).copied().unwrap_or("?"),
            arguments,
            result,
            errno,
            faults,
            elapsed: Nanos(7),
        })
    });
    prop_oneof![3 => access, 1 => call]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let ending = prop_oneof![
        Just(Ending::Finished),
        Just(Ending::Exited(3)),
        Just(Ending::Died("killed by SIGKILL".to_owned())),
    ];
    (ending, option::of(any::<i64>()), vec(act(), 0..9), faults()).prop_map(
        |(ending, value, acts, faults)| Outcome {
            value,
            acts,
            output: b"\xffhello".to_vec(),
            totals: Totals {
                faults,
                ..Totals::default()
            },
            ..Outcome::empty(ending)
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    (process(), faults(), any::<u64>()).prop_map(|(process, faults, page)| Change {
        process,
        cause: Cause::DemandZero,
        place: Place::Pages {
            mapping: Range::of(Addr(0), PAGE),
            first: page,
            last: page,
        },
        access: Some(AccessKind::Write),
        before: Some(PageState::Absent),
        after: None,
        faults,
        elapsed: Some(Nanos(page)),
        text: "write → page".to_owned(),
    })
}

/// Any moment with these snapshots.
pub(crate) fn moment(snapshots: Vec<Arc<Snapshot>>) -> impl Strategy<Value = Moment> {
    let outcomes = vec((process(), outcome()), 0..3);
    let ran = (process(), outcomes, option::of("0x[0-9a-f]{4}"));
    let ran = ran.prop_map(|(process, outcomes, result)| Ran {
        step: 2,
        line: 7,
        process,
        group: None,
        code: "p[0] = 'ä';".to_owned(),
        span: TYPED,
        result,
        outcomes,
        race: None,
    });
    (option::of(ran), vec(change(), 0..3)).prop_map(move |(ran, changes)| Moment {
        ran,
        snapshots: snapshots.clone(),
        changes,
    })
}

//! The plain data of messages as the words of `mem`, and the other way round.

use crate::bytecode::Builtin;
use crate::lab::protocol::{Configure, Done, Record, Sums};
use crate::mem::{
    Access, AccessKind, Act, Addr, Call, Ending, Faults, Nanos, Placement, Settings, Signal, Totals,
};

pub(super) fn settings(settings: Settings) -> Configure {
    Configure {
        apart: u32::from(settings.placement == Placement::Apart),
        huge_pages: u32::from(settings.huge_pages),
        thread: u32::from(settings.thread),
    }
}

pub(super) fn totals(sums: Sums) -> Totals {
    Totals {
        accesses: sums.accesses,
        calls: sums.calls,
        faults: Faults {
            minor: sums.minor,
            major: sums.major,
        },
        elapsed: Nanos(sums.elapsed),
        median: Nanos(sums.median),
    }
}

pub(super) fn act(record: &Record) -> Act {
    let faults = Faults {
        minor: u64::from(record.minor),
        major: u64::from(record.major),
    };
    let elapsed = Nanos(record.elapsed);
    if record.kind == Record::CALL {
        return Act::Call(Call {
            function: Builtin::from_number(record.detail).map_or("?", Builtin::name),
            arguments: record.arguments,
            result: record.result,
            errno: record.errno,
            faults,
            elapsed,
        });
    }
    let signal = Signal {
        number: record.signal,
        code: record.signal_code,
        address: Addr(record.signal_address),
    };
    Act::Access(Access {
        kind: match record.kind {
            Record::READ => AccessKind::Read,
            Record::WRITE => AccessKind::Write,
            _ => AccessKind::Execute,
        },
        address: Addr(record.address),
        length: record.detail,
        faults,
        elapsed,
        signal: (record.signal != 0).then_some(signal),
    })
}

pub(super) fn ending(done: &Done) -> Ending {
    match done.ending {
        Done::FINISHED => Ending::Finished,
        Done::SIGNAL => Ending::Signal(Signal {
            number: done.detail,
            code: done.signal_code,
            address: Addr(done.signal_address),
        }),
        Done::EXITED => Ending::Exited(done.detail),
        _ => Ending::Interrupted(done.reason.read()),
    }
}

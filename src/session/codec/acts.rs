//! The acts of a line, packed: an access that follows the last one and costs a minor fault is four bytes.

use super::bytes::{Damaged, Reader, Writer};
use crate::mem::{Access, AccessKind, Act, Addr, Call, FUNCTIONS, Faults, Nanos, Signal};
use crate::session::moment::Ran;

/// The low two bits: what it was.
const CALL: u8 = 3;
/// It was as long as the access before.
const AS_LONG: u8 = 4;
/// It began as far from the last one as that from the one before it.
const AS_FAR: u8 = 8;
/// It raised a signal.
const SIGNAL: u8 = 16;
/// It cost nothing.
const FREE: u8 = 32;
/// It cost one minor fault.
const MINOR: u8 = 64;

const KINDS: [AccessKind; 3] = [AccessKind::Read, AccessKind::Write, AccessKind::Execute];

/// What is known of the next access from those before.
#[derive(Default)]
struct Expected {
    address: u64,
    step: u64,
    length: u32,
}

/// Writes the acts of all outcomes.
pub(super) fn write(ran: Option<&Ran>) -> Vec<u8> {
    let mut out = Vec::new();
    for (_, outcome) in ran.into_iter().flat_map(|ran| &ran.outcomes) {
        out.put(outcome.acts.len() as u64);
        let mut expected = Expected::default();
        for act in &outcome.acts {
            match act {
                Act::Access(access) => put_access(&mut out, access, &mut expected),
                Act::Call(call) => put_call(&mut out, call),
            }
        }
    }
    out
}

/// Reads the acts of all outcomes into their places.
pub(super) fn read(bytes: &[u8], ran: &mut Ran) -> Result<(), Damaged> {
    let mut reader = Reader::new(bytes);
    for (_, outcome) in &mut ran.outcomes {
        let mut expected = Expected::default();
        let count: usize = reader.narrow()?;
        if count > reader.left() {
            return Err(Damaged("it ends too early"));
        }
        for _ in 0..count {
            let head = reader.byte()?;
            outcome.acts.push(if head & 3 == CALL {
                Act::Call(call(&mut reader, head)?)
            } else {
                Act::Access(access(&mut reader, head, &mut expected)?)
            });
        }
    }
    reader.end()
}

/// The bits that say what it cost.
fn cost(faults: Faults) -> u8 {
    match faults {
        Faults { minor: 0, major: 0 } => FREE,
        Faults { minor: 1, major: 0 } => MINOR,
        Faults { .. } => 0,
    }
}

fn put_faults(out: &mut Vec<u8>, faults: Faults) {
    if cost(faults) == 0 {
        out.put(faults.minor);
        out.put(faults.major);
    }
}

fn faults(reader: &mut Reader<'_>, head: u8) -> Result<Faults, Damaged> {
    if head & (FREE | MINOR) != 0 {
        return Ok(Faults {
            minor: u64::from(head & MINOR != 0),
            major: 0,
        });
    }
    Ok(Faults {
        minor: reader.number()?,
        major: reader.number()?,
    })
}

fn put_access(out: &mut Vec<u8>, access: &Access, expected: &mut Expected) {
    let address = access.address.0;
    let step = address.wrapping_sub(expected.address);
    let kind = KINDS.iter().position(|kind| *kind == access.kind);
    let mut head = kind.unwrap_or(0) as u8 | cost(access.faults);
    for (bit, set) in [
        (AS_LONG, access.length == expected.length),
        (AS_FAR, step == expected.step),
        (SIGNAL, access.signal.is_some()),
    ] {
        if set {
            head |= bit;
        }
    }
    out.push(head);
    if head & AS_FAR == 0 {
        out.put_signed(step as i64);
    }
    if head & AS_LONG == 0 {
        out.put(u64::from(access.length));
    }
    put_faults(out, access.faults);
    out.put(access.elapsed.0);
    if let Some(signal) = access.signal {
        out.put_signed(i64::from(signal.number));
        out.put_signed(i64::from(signal.code));
        out.put(signal.address.0);
    }
    *expected = Expected {
        address,
        step,
        length: access.length,
    };
}

fn access(reader: &mut Reader<'_>, head: u8, expected: &mut Expected) -> Result<Access, Damaged> {
    if head & AS_FAR == 0 {
        expected.step = reader.signed()? as u64;
    }
    expected.address = expected.address.wrapping_add(expected.step);
    if head & AS_LONG == 0 {
        expected.length = reader.narrow()?;
    }
    let faults = faults(reader, head)?;
    let elapsed = Nanos(reader.number()?);
    let signal = if head & SIGNAL == 0 {
        None
    } else {
        Some(Signal {
            number: reader.narrow_signed()?,
            code: reader.narrow_signed()?,
            address: Addr(reader.number()?),
        })
    };
    Ok(Access {
        kind: KINDS[usize::from(head & 3)],
        address: Addr(expected.address),
        length: expected.length,
        faults,
        elapsed,
        signal,
    })
}

fn put_call(out: &mut Vec<u8>, call: &Call) {
    out.push(CALL | cost(call.faults));
    let known = FUNCTIONS.iter().position(|name| *name == call.function);
    out.push(known.map_or(u8::MAX, |place| place as u8));
    for argument in call.arguments {
        out.put_signed(argument as i64);
    }
    out.put_signed(call.result);
    out.put_signed(i64::from(call.errno));
    put_faults(out, call.faults);
    out.put(call.elapsed.0);
}

fn call(reader: &mut Reader<'_>, head: u8) -> Result<Call, Damaged> {
    let function = FUNCTIONS.get(usize::from(reader.byte()?));
    let mut arguments = [0; 6];
    for argument in &mut arguments {
        *argument = reader.signed()? as u64;
    }
    Ok(Call {
        function: function.copied().unwrap_or("?"),
        arguments,
        result: reader.signed()?,
        errno: reader.narrow_signed()?,
        faults: faults(reader, head)?,
        elapsed: Nanos(reader.number()?),
    })
}

//! What is told of a moment: the line with its totals, and the changes. In postcard's wire format, which is stable since
//! its version 1.0; acts and snapshots are written elsewhere.

use super::bytes::Damaged;
use crate::mem::Outcome;
use crate::observe::Change;
use crate::session::moment::{Moment, Ran};

/// Writes the line and the changes.
pub(super) fn write(moment: &Moment) -> Vec<u8> {
    let ran = moment.ran.as_ref().map(|ran| Ran {
        outcomes: { ran.outcomes.iter() }
            .map(|(process, outcome)| (*process, without_acts(outcome)))
            .collect(),
        step: ran.step,
        line: ran.line,
        process: ran.process,
        group: ran.group.clone(),
        code: ran.code.clone(),
        span: ran.span.clone(),
        result: ran.result.clone(),
        race: ran.race.clone(),
    });
    // Only a type that cannot be written fails, and this one can: the tests do it.
    postcard::to_stdvec(&(ran, &moment.changes)).unwrap_or_default()
}

fn without_acts(outcome: &Outcome) -> Outcome {
    Outcome {
        acts: Vec::new(),
        ending: outcome.ending.clone(),
        value: outcome.value,
        errno: outcome.errno,
        output: outcome.output.clone(),
        totals: outcome.totals.clone(),
    }
}

/// Reads the line and the changes; there are no snapshots yet.
pub(super) fn read(bytes: &[u8]) -> Result<Moment, Damaged> {
    let (read, rest): ((Option<Ran>, Vec<Change>), _) = postcard::take_from_bytes(bytes)
        .map_err(|_| Damaged("what is told of a moment cannot be read"))?;
    if !rest.is_empty() {
        return Err(Damaged("more follows than belongs to it"));
    }
    let (ran, changes) = read;
    Ok(Moment {
        ran,
        snapshots: Vec::new(),
        changes,
    })
}

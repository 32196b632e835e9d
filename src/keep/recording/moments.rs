//! Moments as bytes, each as the difference to the one before it: see [`codec`].

use crate::observe::Snapshot;
use crate::session::codec::{self, Damaged, Kept};
use crate::session::{Moment, Ran, Timeline};
use std::sync::Arc;

/// The moment before the next one.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    snapshots: Vec<Arc<Snapshot>>,
}

impl Before {
    /// The bytes of the next moment.
    pub(super) fn write(&mut self, moment: &Moment) -> Vec<u8> {
        let parts = codec::write(moment, &self.snapshots);
        self.snapshots.clone_from(&moment.snapshots);
        parts.pack()
    }

    /// The next moment.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<Moment, String> {
        let told = |damaged: Damaged| format!("a moment cannot be understood: {damaged}");
        let kept = Kept::unpack(bytes).map_err(told)?;
        let before = std::mem::take(&mut self.snapshots);
        let before = before.into_iter().map(Arc::unwrap_or_clone).collect();
        let moment = codec::read(&kept, before).map_err(told)?;
        self.snapshots.clone_from(&moment.snapshots);
        Ok(moment)
    }
}

/// A moment of a timeline with all that is kept of it. Of one that a long session has forgotten, its line is left.
pub(super) fn whole(timeline: &Timeline, index: usize) -> Moment {
    timeline.whole(index).unwrap_or_else(|| Moment {
        ran: timeline.line(index).map(|line| Ran {
            step: line.step,
            line: line.line,
            process: line.process,
            group: line.group.clone(),
            code: line.code.to_string(),
            span: line.span.clone(),
            result: line.result.as_deref().map(str::to_owned),
            outcomes: Vec::new(),
            race: None,
        }),
        snapshots: Vec::new(),
        changes: Vec::new(),
    })
}

//! Moments as bytes, each as the difference to the one before it.

use crate::observe::Snapshot;
use crate::session::Moment;
use std::sync::Arc;

/// The moment before the next one.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    snapshots: Vec<Arc<Snapshot>>,
}

impl Before {
    /// The bytes of the next moment.
    pub(super) fn write(&mut self, moment: &Moment) -> Vec<u8> {
        self.snapshots.clone_from(&moment.snapshots);
        postcard::to_allocvec(moment).unwrap_or_default()
    }

    /// The next moment.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<Moment, String> {
        let moment: Moment =
            postcard::from_bytes(bytes).map_err(|_| "a moment cannot be understood".to_owned())?;
        self.snapshots.clone_from(&moment.snapshots);
        Ok(moment)
    }
}

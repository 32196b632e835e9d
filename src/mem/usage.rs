//! What `/proc/<pid>/smaps` says of one VMA. See proc(5) and `Documentation/filesystems/proc.rst`.

use super::{Field, Reading, Sizes};
use serde::{Deserialize, Serialize};

/// The numbers of a block of smaps, and the lines of it that this program does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The numbers; sizes in bytes (smaps shows kB).
    pub sizes: Sizes,
    /// Lines of a kernel younger than this program, as they stand there: `Tomorrow:  4 kB`.
    pub strangers: Vec<String>,
}

impl Usage {
    /// A number; sizes in bytes. Not known where smaps of this kernel has no such line, or no number in it.
    pub fn read(&self, field: Field) -> Reading<u64> {
        read(&self.sizes, field)
    }
}

/// A number of some sizes, or why there is none.
pub fn read(sizes: &Sizes, field: Field) -> Reading<u64> {
    match sizes.get(field) {
        Some(value) => Reading::Known(value),
        None => Reading::unknown(format!("smaps says no number for {}", field.label())),
    }
}

impl FromIterator<(Field, u64)> for Usage {
    fn from_iter<T: IntoIterator<Item = (Field, u64)>>(numbers: T) -> Self {
        Self {
            sizes: numbers.into_iter().collect(),
            strangers: Vec::new(),
        }
    }
}

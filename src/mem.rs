//! The vocabulary of virtual memory, without any I/O: addresses, VMAs, page states, faults, accesses, outcomes.
//!
//! Every other module speaks in these words; this one imports nothing of the crate. The names are the kernel's:
//! see proc(5), mmap(2) and `Documentation/admin-guide/mm/pagemap.rst`.

mod act;
mod addr;
mod contents;
mod failure;
pub mod field;
mod flag;
mod outcome;
mod page;
mod process;
mod reading;
mod setting;
mod sizes;
pub mod usage;
mod vma;

pub use act::{Access, AccessKind, Act, Call, FUNCTIONS, FunctionName, Signal};
pub use addr::{Addr, Bytes, PageSize, Range};
pub use contents::Contents;
pub use failure::{errno_text, error_text, without_numbers};
pub use field::Field;
pub use flag::flag_words;
pub use outcome::{ASKED_TO_STOP, Ending, Faults, Nanos, Outcome, Totals};
pub use page::PageState;
pub use process::{MOST_LIVING, Pid, Process};
pub use reading::Reading;
pub use setting::{Control, Pace, Placement, Progress, Settings};
pub use sizes::Sizes;
pub use usage::Usage;
pub use vma::{Backing, HUGETLB, Perms, SHARED_ANONYMOUS, Vma};

//! Transcripts of lessons played without a screen, and the ledger of claims that follows from them: collected once,
//! then written as text or as JSON.

pub mod json;
pub mod ledger;
pub mod text;
pub mod transcript;
pub mod watch;

pub use ledger::Verification;
pub use transcript::{Line, StepTranscript, Transcript};

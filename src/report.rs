//! Transcripts of a lesson played without a screen: collected once, then written as text or as JSON.

pub mod json;
pub mod text;
pub mod transcript;

pub use transcript::{Line, StepTranscript, Transcript};

//! Transcripts of a lesson: text and JSON.

//! `mmap-tutor`: see how virtual memory works, on your own kernel.
//!
//! # Codemap
//!
//! A line of C travels so:
//!
//! ```text
//! lessons/*.md --lesson--> Step --c--> statement --compile--> bytecode --socket--> lab: runs it, answers
//!                                                      Outcome {value, errno, signal, output, acts}
//! view <--draw-- App <--Report-- session <--causes-- Snapshot x Snapshot <--observe-- /proc/<lab>/…
//! ```
//!
//! | module | owns |
//! |---|---|
//! | [`mem`] | the vocabulary: addresses, VMAs, page states, faults, accesses, outcomes; no I/O |
//! | [`bytecode`] | the instruction set between compiler and lab |
//! | [`diagnostic`] | what is wrong with a text, and where |
//! | [`c`] | the C subset: tokens, parser, compiler, builtins |
//! | [`claims`] | the ledger: what the article says, claim by claim |
//! | [`lesson`] | Markdown to [`lesson::Lesson`]; the catalogue |
//! | [`lab`] | the process under study: spawning it, the machine that runs bytecode, faulting accesses, fork |
//! | [`observe`] | `/proc` to snapshots, differences, causes |
//! | [`session`] | a lesson being taken: lines, moments, predictions, expectations |
//! | [`app`] | state of the terminal program and how events change it; no I/O |
//! | [`view`] | draws the state; one panel one file |
//! | [`export`] | a lesson as one C program that runs by itself |
//! | [`keep`] | what a session leaves behind: a lesson, a C program, a recording |
//! | [`watch`] | where the memory of any process goes, in numbers and plain words |
//! | [`report`] | transcripts, and looks at processes: text and JSON |
//! | [`cli`] | the command line |
//! | [`run`] | the only joiner: commands, terminal, threads |
//!
//! Imports go one way: `view -> app -> session -> {lesson, c, observe} -> mem`. `lab` and `observe` never see each
//! other: who makes the memory cannot colour what the witness says. Only `run` joins them.
//! What is pure in `lab`, the machine and its world, is the meaning of compiled C, and `session` computes with it too.
//! `tests/architecture.rs` has the whole table, and fails where an import goes the other way.

pub mod app;
pub mod bytecode;
pub mod c;
pub mod claims;
pub mod cli;
pub mod diagnostic;
pub mod export;
pub mod keep;
pub mod lab;
pub mod lesson;
pub mod mem;
pub mod observe;
pub mod report;
pub mod run;
pub mod session;
pub mod view;
pub mod watch;

//! Sets of contexts that rows of the table share.

use super::super::{Context, Context as C};

/// Where a lesson waits for the learner.
pub(super) const IDLE: &[Context] = &[
    C::Line,
    C::Ask,
    C::StepDone,
    C::LessonDone,
    C::Back,
    C::Tape,
];
/// A lesson's screen, whatever it does.
pub(super) const LESSON: &[Context] = &[
    C::Line,
    C::Ask,
    C::StepDone,
    C::LessonDone,
    C::Back,
    C::Running,
];
/// The same, also of a recording where its session had the input open.
pub(super) const SCREEN: &[Context] = &[
    C::Line,
    C::Ask,
    C::StepDone,
    C::LessonDone,
    C::Back,
    C::Running,
    C::Tape,
];
/// Where arrows scroll or choose.
pub(super) const LISTS: &[Context] = &[C::Home, C::Steps, C::Claims, C::Menu];
pub(super) const PAGES: &[Context] = &[
    C::Line,
    C::StepDone,
    C::LessonDone,
    C::Back,
    C::Running,
    C::Legend,
    C::Help,
    C::Inspect,
    C::Vma,
    C::Variables,
    C::Tape,
];
pub(super) const SCROLLS: &[Context] = &[
    C::Line,
    C::Ask,
    C::StepDone,
    C::LessonDone,
    C::Back,
    C::Running,
    C::Legend,
    C::Help,
    C::Home,
    C::Steps,
    C::Claims,
    C::Inspect,
    C::Watch,
    C::Cells,
    C::Vma,
    C::Variables,
    C::Tape,
];
/// The same where Home and End do not move through the moments.
pub(super) const SCROLLS_AT_NOW: &[Context] = &[
    C::Line,
    C::Ask,
    C::StepDone,
    C::LessonDone,
    C::Running,
    C::Legend,
    C::Help,
    C::Home,
    C::Steps,
    C::Claims,
    C::Inspect,
    C::Watch,
    C::Cells,
    C::Vma,
    C::Variables,
    C::Tape,
];
pub(super) const OVERLAYS: &[Context] = &[
    C::Steps,
    C::Claims,
    C::Legend,
    C::Help,
    C::Inspect,
    C::Variables,
    C::Menu,
    C::Vma,
];
/// Where a session can be kept.
pub(super) const KEEPS: &[Context] = &[
    C::Line,
    C::Ask,
    C::StepDone,
    C::LessonDone,
    C::Back,
    C::Tape,
    C::Prompt,
    C::Type,
    C::Cursor,
];
/// Where keys are text.
pub(super) const TYPING: &[Context] = &[C::Prompt, C::Type, C::Trying, C::Ahead];
/// The explorer, waiting for the learner.
pub(super) const EXPLORER: &[Context] = &[C::Prompt, C::Type, C::Cursor];
pub(super) const PLAIN: &[Context] = &[
    C::Home,
    C::Line,
    C::Ask,
    C::StepDone,
    C::LessonDone,
    C::Running,
    C::Back,
    C::Steps,
    C::Claims,
    C::Legend,
    C::Help,
    C::Prompt,
    C::Cursor,
    C::Watch,
    C::Cells,
    C::Tape,
];
/// A process that is watched.
pub(super) const WATCH: &[Context] = &[C::Watch, C::Cells];
/// Everywhere.
pub(in crate::app::keys) const ALL: &[Context] = &[
    C::Home,
    C::Search,
    C::Line,
    C::Ask,
    C::StepDone,
    C::LessonDone,
    C::Running,
    C::Back,
    C::Steps,
    C::Claims,
    C::Legend,
    C::Help,
    C::Prompt,
    C::Type,
    C::Trying,
    C::Ahead,
    C::Cursor,
    C::Inspect,
    C::Watch,
    C::Cells,
    C::Find,
    C::Vma,
    C::Variables,
    C::Tape,
    C::Keep,
    C::Menu,
    C::Undo,
];

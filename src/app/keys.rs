//! The one key table: what is pressed, where it is valid, what it does, and the words the footer and the help use.
//!
//! Nothing else in the program knows a key. `update` asks [`action`], the footer and the help ask [`valid_in`].

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;

/// Where a key is pressed: what the learner could do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// The list of lessons.
    Home,
    /// The list of lessons, while the search is typed.
    Search,
    /// A line is next.
    Line,
    /// A question is next.
    Ask,
    /// The step is done.
    StepDone,
    /// The lesson is done.
    LessonDone,
    /// A line is running.
    Running,
    /// An earlier moment is on the screen.
    Back,
    /// The list of steps lies over the lesson.
    Steps,
    /// The ledger of claims lies over the list of lessons.
    Claims,
    /// The legend of page states lies over the screen.
    Legend,
    /// The help lies over the screen.
    Help,
    /// The explorer waits, and nothing is typed.
    Prompt,
    /// The explorer waits, and something is typed.
    Type,
    /// A line of the learner's own is running.
    Trying,
    /// The grid has the keys, with a cursor on its pages.
    Cursor,
    /// What is known of a page lies over the screen.
    Inspect,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Opens the chosen lesson.
    Open,
    /// Opens the search.
    Search,
    /// Leaves the search with its result.
    SearchDone,
    /// Does the next thing: runs a line, answers, goes to the next step.
    Advance,
    /// Turns the page of what is to be read.
    ReadOn,
    /// Runs to the end of the step or its next question.
    RunStep,
    /// Runs the rest of the line without pauses.
    FullSpeed,
    /// Stops the line that runs.
    Stop,
    /// Looks at the line before.
    Back,
    /// Looks at the line after.
    Forth,
    /// Shows what is true now again.
    Now,
    /// Starts the lesson again.
    Restart,
    /// Opens the list of steps.
    Steps,
    /// Starts at the chosen step.
    StartStep,
    /// Opens the ledger of claims.
    Claims,
    /// Opens the step that shows the chosen claim.
    OpenClaim,
    /// Turns slow motion on or off.
    Slow,
    /// Gives the keys to the next panel.
    NextPanel,
    /// Gives the keys to the panel before.
    PreviousPanel,
    /// Makes the panel fill the screen, or not.
    Zoom,
    /// One row up, or the choice above.
    Up,
    /// One row down, or the choice below.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// Shows the next process's maps.
    NextProcess,
    /// Shows or folds the program's own lines of maps.
    OwnRows,
    /// Shows or hides speaker notes.
    Notes,
    /// Opens the legend.
    Legend,
    /// Opens the help.
    Help,
    /// Takes back a character.
    Erase,
    /// Leaves this view, then the program.
    Leave,
    /// One step back: closes, unzooms, returns to now.
    Escape,
    /// Draws the screen afresh.
    Redraw,
    /// Hands the terminal back to the shell until `fg`.
    Suspend,
    /// Leaves the program.
    Quit,
    /// Opens the explorer in the lesson's processes.
    Try,
    /// Runs what is typed.
    Submit,
    /// Completes the word before the cursor.
    Complete,
    /// The line typed before.
    Earlier,
    /// The line typed after it.
    Later,
    /// Empties the input.
    Discard,
    /// Another process runs what is typed next.
    NextActor,
    /// Gives the keys to the grid's cursor.
    Pages,
    /// Gives the keys to the input.
    Input,
    /// The page to the left.
    CellLeft,
    /// The page to the right.
    CellRight,
    /// The page above.
    CellUp,
    /// The page below.
    CellDown,
    /// Reads a byte of the page.
    ReadPage,
    /// Writes a byte of the page.
    WritePage,
    /// Takes the right to write the page, or gives it back.
    ProtectPage,
    /// Drops the page.
    DropPage,
    /// Forks the process.
    Fork,
    /// Says all that is known of the page.
    Inspect,
}

/// A key with its modifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The key.
    pub code: KeyCode,
    /// Whether Ctrl is held.
    pub control: bool,
}

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    /// The keys; the footer shows the first.
    pub chords: &'static [Chord],
    /// What they do.
    pub action: Action,
    /// Where they do it.
    pub contexts: &'static [Context],
    /// What the footer says; empty when the footer leaves it out.
    pub short: &'static str,
    /// What the help says.
    pub long: &'static str,
}

const fn key(code: KeyCode) -> Chord {
    let control = false;
    Chord { code, control }
}

const fn char(c: char) -> Chord {
    key(KeyCode::Char(c))
}

const fn control(c: char) -> Chord {
    Chord {
        code: KeyCode::Char(c),
        control: true,
    }
}

const fn bind(
    chords: &'static [Chord],
    action: Action,
    contexts: &'static [Context],
    short: &'static str,
    long: &'static str,
) -> Binding {
    Binding {
        chords,
        action,
        contexts,
        short,
        long,
    }
}

use Action as A;
use Context as C;

const ENTER: Chord = key(KeyCode::Enter);
const SPACE: Chord = char(' ');
/// Where a lesson waits for the learner.
const IDLE: &[Context] = &[C::Line, C::Ask, C::StepDone, C::LessonDone, C::Back];
/// A lesson's screen, whatever it does.
const LESSON: &[Context] = &[
    C::Line,
    C::Ask,
    C::StepDone,
    C::LessonDone,
    C::Back,
    C::Running,
];
/// Where arrows scroll or choose.
const LISTS: &[Context] = &[C::Home, C::Steps, C::Claims];
const PAGES: &[Context] = &[
    C::Line,
    C::StepDone,
    C::LessonDone,
    C::Back,
    C::Running,
    C::Legend,
    C::Help,
    C::Inspect,
];
const SCROLLS: &[Context] = &[
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
];
const OVERLAYS: &[Context] = &[C::Steps, C::Claims, C::Legend, C::Help, C::Inspect];
/// Where keys are text.
const TYPING: &[Context] = &[C::Prompt, C::Type, C::Trying];
/// The explorer, waiting for the learner.
const EXPLORER: &[Context] = &[C::Prompt, C::Type, C::Cursor];
const PLAIN: &[Context] = &[
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
];
const ALL: &[Context] = &[
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
    C::Cursor,
    C::Inspect,
];

const UP: &[Chord] = &[key(KeyCode::Up), char('k')];
const DOWN: &[Chord] = &[key(KeyCode::Down), char('j')];

/// The table, in the order of the footer and the help.
pub static BINDINGS: &[Binding] = &[
    bind(&[ENTER], A::Open, &[C::Home], "open", "open the lesson"),
    bind(
        &[char('/')],
        A::Search,
        &[C::Home],
        "search",
        "search the lessons; a digit begins a search too",
    ),
    bind(
        &[char('c')],
        A::Claims,
        &[C::Home],
        "claims",
        "what the article claims, and the steps that show it",
    ),
    bind(
        &[ENTER],
        A::OpenClaim,
        &[C::Claims],
        "see it",
        "open the step that shows the claim, the first that is not done",
    ),
    bind(
        &[ENTER],
        A::SearchDone,
        &[C::Search],
        "done",
        "keep what the search found",
    ),
    bind(
        &[ENTER],
        A::Advance,
        &[C::Line],
        "run the line",
        "run one line of C in the process",
    ),
    bind(
        &[ENTER],
        A::Advance,
        &[C::Ask],
        "answer",
        "give the answer; without one, skip the question",
    ),
    bind(
        &[ENTER],
        A::Advance,
        &[C::StepDone],
        "next step",
        "go to the next step",
    ),
    bind(
        &[ENTER],
        A::Advance,
        &[C::Back],
        "back to now, run",
        "return to now and run the next line",
    ),
    bind(
        &[SPACE],
        A::ReadOn,
        &[C::Line, C::Ask, C::StepDone, C::LessonDone],
        "read on",
        "turn the page of the text, while some of it is below the screen",
    ),
    bind(
        &[ENTER],
        A::Leave,
        &[C::LessonDone],
        "to the lessons",
        "back to the list of lessons",
    ),
    bind(
        &[ENTER, SPACE],
        A::FullSpeed,
        &[C::Running],
        "full speed",
        "run the rest of the line without pauses",
    ),
    bind(
        &[key(KeyCode::Esc)],
        A::Stop,
        &[C::Running],
        "stop",
        "stop the line that runs; what ran has run",
    ),
    bind(
        &[ENTER],
        A::StartStep,
        &[C::Steps],
        "start here",
        "start at this step; the lines before it are run first",
    ),
    bind(
        &[key(KeyCode::Up)],
        A::Up,
        &[C::Ask],
        "choose",
        "the choice above; or type the number itself",
    ),
    bind(
        &[key(KeyCode::Down)],
        A::Down,
        &[C::Ask],
        "",
        "the choice below",
    ),
    bind(UP, A::Up, LISTS, "choose", "the one above"),
    bind(DOWN, A::Down, LISTS, "", "the one below"),
    bind(
        &[key(KeyCode::Up)],
        A::Up,
        &[C::Search],
        "",
        "the one above",
    ),
    bind(
        &[key(KeyCode::Down)],
        A::Down,
        &[C::Search],
        "",
        "the one below",
    ),
    bind(
        &[ENTER],
        A::Submit,
        &[C::Type],
        "run",
        "run what is typed; a block that is still open goes on",
    ),
    bind(
        &[key(KeyCode::Tab)],
        A::Complete,
        &[C::Type],
        "complete",
        "complete the word; again for the next that fits",
    ),
    bind(
        &[key(KeyCode::Tab)],
        A::Pages,
        &[C::Prompt],
        "pages",
        "a cursor on the pages: read, write, fork, inspect",
    ),
    bind(
        &[key(KeyCode::Tab), key(KeyCode::Esc)],
        A::Input,
        &[C::Cursor],
        "type",
        "back to the input",
    ),
    bind(
        &[key(KeyCode::Up)],
        A::Earlier,
        &[C::Prompt, C::Type],
        "earlier lines",
        "the line typed before",
    ),
    bind(
        &[key(KeyCode::Down)],
        A::Later,
        &[C::Prompt, C::Type],
        "",
        "the line typed after it",
    ),
    bind(
        &[key(KeyCode::Esc)],
        A::Discard,
        &[C::Type],
        "clear",
        "take back all that is typed",
    ),
    bind(
        &[ENTER],
        A::Inspect,
        &[C::Cursor],
        "inspect",
        "all that is known of the page, and of its mapping",
    ),
    bind(
        &[char('r')],
        A::ReadPage,
        &[C::Cursor],
        "read",
        "read a byte of the page",
    ),
    bind(
        &[char('w')],
        A::WritePage,
        &[C::Cursor],
        "write",
        "write a byte of the page",
    ),
    bind(
        &[char('f')],
        A::Fork,
        &[C::Cursor],
        "fork",
        "fork the process",
    ),
    bind(
        &[char('p')],
        A::ProtectPage,
        &[C::Cursor],
        "protect",
        "make the page read-only, or writable again",
    ),
    bind(
        &[char('d')],
        A::DropPage,
        &[C::Cursor],
        "drop",
        "drop the page (MADV_DONTNEED)",
    ),
    bind(
        &[key(KeyCode::Left)],
        A::CellLeft,
        &[C::Cursor],
        "",
        "the page to the left",
    ),
    bind(
        &[key(KeyCode::Right)],
        A::CellRight,
        &[C::Cursor],
        "",
        "the page to the right",
    ),
    bind(
        &[key(KeyCode::Up)],
        A::CellUp,
        &[C::Cursor],
        "",
        "the page above",
    ),
    bind(
        &[key(KeyCode::Down)],
        A::CellDown,
        &[C::Cursor],
        "",
        "the page below",
    ),
    bind(
        &[key(KeyCode::PageUp)],
        A::PageUp,
        TYPING,
        "",
        "a page up in the panel that Shift-Tab chose",
    ),
    bind(
        &[key(KeyCode::PageDown)],
        A::PageDown,
        TYPING,
        "",
        "a page down in it",
    ),
    bind(
        &[control('o')],
        A::NextActor,
        EXPLORER,
        "process",
        "another process runs what is typed next",
    ),
    bind(
        &[key(KeyCode::Left), char('[')],
        A::Back,
        &[C::Prompt],
        "look back",
        "look back: the whole right side shows that moment",
    ),
    bind(
        &[key(KeyCode::Right), char(']')],
        A::Forth,
        &[C::Prompt],
        "",
        "look at the line after it",
    ),
    bind(
        &[char('[')],
        A::Back,
        &[C::Cursor],
        "",
        "look back: the whole right side shows that moment",
    ),
    bind(
        &[char(']')],
        A::Forth,
        &[C::Cursor],
        "",
        "look at the line after it",
    ),
    bind(
        &[ENTER],
        A::FullSpeed,
        &[C::Trying],
        "full speed",
        "run the rest of the line without pauses",
    ),
    bind(
        &[key(KeyCode::Esc)],
        A::Stop,
        &[C::Trying],
        "stop",
        "stop the line that runs; what ran has run",
    ),
    bind(
        &[key(KeyCode::BackTab)],
        A::NextPanel,
        &[C::Prompt, C::Type, C::Trying],
        "",
        "the panel that PgUp and PgDn scroll",
    ),
    bind(
        &[key(KeyCode::F(4))],
        A::Zoom,
        &[C::Prompt, C::Type, C::Trying, C::Cursor],
        "",
        "let the panel fill the screen, and back",
    ),
    bind(
        &[key(KeyCode::F(1))],
        A::Help,
        &[C::Type, C::Trying],
        "",
        "this page",
    ),
    bind(
        &[key(KeyCode::F(2))],
        A::Slow,
        &[C::Prompt, C::Type, C::Trying, C::Cursor],
        "",
        "slow motion on or off: loops, memset and fork, page by page",
    ),
    bind(
        &[key(KeyCode::F(3)), control('g')],
        A::Legend,
        EXPLORER,
        "",
        "what the marks of the pages mean",
    ),
    bind(
        &[control('r')],
        A::Restart,
        EXPLORER,
        "",
        "start again, with new processes",
    ),
    bind(
        &[key(KeyCode::Esc)],
        A::Escape,
        &[C::Prompt],
        "",
        "back: to now, out of the zoom, to the lesson",
    ),
    bind(
        &[control('d')],
        A::Leave,
        EXPLORER,
        "leave",
        "back to the lesson; out of the empty lab",
    ),
    bind(
        &[char('i')],
        A::Try,
        IDLE,
        "try it",
        "type lines of your own, in these processes as they are now",
    ),
    bind(
        &[char('n')],
        A::RunStep,
        &[C::Line, C::StepDone, C::Back],
        "run the step",
        "run to the end of the step, or to its next question",
    ),
    bind(
        &[key(KeyCode::Left), char('['), char('h')],
        A::Back,
        IDLE,
        "earlier line",
        "look back: the whole right side shows that moment",
    ),
    bind(
        &[key(KeyCode::Right), char(']')],
        A::Forth,
        IDLE,
        "",
        "look at the line after it",
    ),
    bind(
        &[key(KeyCode::Esc)],
        A::Now,
        &[C::Back],
        "now",
        "return to what is true now",
    ),
    bind(
        &[key(KeyCode::Tab)],
        A::NextPanel,
        LESSON,
        "panel",
        "give the keys to the next panel",
    ),
    bind(
        &[key(KeyCode::BackTab)],
        A::PreviousPanel,
        LESSON,
        "",
        "give the keys to the panel before",
    ),
    bind(
        &[char('z')],
        A::Zoom,
        LESSON,
        "zoom",
        "let the panel fill the screen, and back",
    ),
    bind(
        &[char('l')],
        A::Legend,
        LESSON,
        "legend",
        "what the marks of the pages mean, and how many there are",
    ),
    bind(
        &[char('?'), key(KeyCode::F(1))],
        A::Help,
        PLAIN,
        "help",
        "this page",
    ),
    bind(
        &[char('s')],
        A::Slow,
        LESSON,
        "",
        "slow motion on or off: loops, memset and fork, page by page",
    ),
    bind(&[char('S')], A::Steps, IDLE, "", "start at any step"),
    bind(
        &[char('r')],
        A::Restart,
        IDLE,
        "",
        "start the lesson again, with new processes",
    ),
    bind(
        &[char('p')],
        A::NextProcess,
        LESSON,
        "",
        "show the next process's maps",
    ),
    bind(
        &[char('e')],
        A::OwnRows,
        LESSON,
        "",
        "show or fold the program's own lines of maps",
    ),
    bind(
        &[char('t')],
        A::Notes,
        LESSON,
        "",
        "speaker notes on or off",
    ),
    bind(UP, A::Up, PAGES, "", "scroll up"),
    bind(DOWN, A::Down, PAGES, "", "scroll down"),
    bind(&[key(KeyCode::PageUp)], A::PageUp, SCROLLS, "", "a page up"),
    bind(
        &[key(KeyCode::PageDown)],
        A::PageDown,
        SCROLLS,
        "",
        "a page down",
    ),
    bind(
        &[char('g'), key(KeyCode::Home)],
        A::Top,
        SCROLLS,
        "",
        "to the first row",
    ),
    bind(
        &[char('G'), key(KeyCode::End)],
        A::Bottom,
        SCROLLS,
        "",
        "to the last row",
    ),
    bind(
        &[key(KeyCode::Backspace)],
        A::Erase,
        &[C::Ask, C::Search],
        "",
        "take back a character",
    ),
    bind(
        &[key(KeyCode::Esc)],
        A::Escape,
        &[C::Search],
        "leave the search",
        "leave the search",
    ),
    bind(
        &[key(KeyCode::Esc)],
        A::Escape,
        &[C::Home, C::Line, C::Ask, C::StepDone, C::LessonDone],
        "",
        "back: unzoom, then leave the lesson",
    ),
    bind(
        &[key(KeyCode::Esc), char('q')],
        A::Escape,
        OVERLAYS,
        "close",
        "close this page",
    ),
    bind(
        &[char('q')],
        A::Leave,
        &[C::Home],
        "quit",
        "leave the program",
    ),
    bind(
        &[char('q')],
        A::Leave,
        LESSON,
        "leave",
        "leave the lesson; its processes end, your place is kept",
    ),
    bind(
        &[control('l')],
        A::Redraw,
        ALL,
        "",
        "draw the screen afresh",
    ),
    bind(
        &[control('z')],
        A::Suspend,
        ALL,
        "",
        "back to the shell; `fg` returns",
    ),
    bind(
        &[control('c')],
        A::Quit,
        ALL,
        "",
        "leave the program, whatever it does",
    ),
];

/// What a key does in a context; `None` when it does nothing there.
pub fn action(context: Context, event: &KeyEvent) -> Option<Action> {
    let chord = Chord {
        code: event.code,
        control: event.modifiers.contains(KeyModifiers::CONTROL),
    };
    valid_in(context)
        .find(|binding| binding.chords.contains(&chord))
        .map(|binding| binding.action)
}

/// The bindings of a context, in the order of the table.
pub fn valid_in(context: Context) -> impl Iterator<Item = &'static Binding> {
    BINDINGS
        .iter()
        .filter(move |binding| binding.contexts.contains(&context))
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.control {
            f.write_str("Ctrl-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.control => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            KeyCode::F(n) => write!(f, "F{n}"),
            code => write!(f, "{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_key_of_the_table_does_what_it_says_in_each_of_its_contexts() {
        for binding in BINDINGS {
            for context in binding.contexts {
                for chord in binding.chords {
                    let modifiers = if chord.control {
                        KeyModifiers::CONTROL
                    } else {
                        KeyModifiers::NONE
                    };
                    let found = action(*context, &KeyEvent::new(chord.code, modifiers));
                    assert_eq!(found, Some(binding.action), "{chord} in {context:?}");
                }
            }
        }
    }

    #[test]
    fn no_key_means_two_things_in_one_context() {
        for context in ALL {
            let mut seen = HashSet::new();
            for chord in valid_in(*context).flat_map(|binding| binding.chords) {
                assert!(seen.insert(*chord), "{chord} twice in {context:?}");
            }
        }
    }

    #[test]
    fn a_capital_letter_is_found_with_the_shift_key_reported() {
        let event = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::SHIFT);
        assert_eq!(action(Context::Line, &event), Some(Action::Steps));
    }

    #[test]
    fn every_context_can_be_left() {
        for context in ALL {
            assert!(valid_in(*context).any(|binding| binding.action == Action::Quit));
            let leaves = [Action::Leave, Action::Escape, Action::Now, Action::Stop];
            assert!(
                valid_in(*context).any(|binding| leaves.contains(&binding.action)),
                "{context:?}"
            );
        }
    }
}

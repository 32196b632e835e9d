//! The one key table: what is pressed, where it is valid, what it does, and the words the footer and the help use.
//!
//! Nothing else in the program knows a key. `update` asks [`action`], the footer and the help ask [`valid_in`].

mod table;

pub use table::bindings;

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
    /// A line of the learner's own is running, and nothing is typed.
    Trying,
    /// A line of the learner's own is running, and the next one is typed.
    Ahead,
    /// The grid has the keys, with a cursor on its pages.
    Cursor,
    /// The menu of what can be done with a page is open.
    Menu,
    /// What is known of a page lies over the screen.
    Inspect,
    /// A process is watched.
    Watch,
    /// A process is watched, and the grid of its pages has the keys.
    Cells,
    /// A process is watched, while the search among its VMAs is typed.
    Find,
    /// What is known of a VMA lies over the watch.
    Vma,
    /// The variables of a process lie over the screen.
    Variables,
    /// The page that keeps a session lies over the screen: a name is typed.
    Keep,
    /// A recording waits, where a session would wait for something to be typed.
    Tape,
    /// The learner is asked whether lines are to be undone.
    Undo,
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
    /// Looks ten lines back, or to where the step began.
    BackFar,
    /// Looks ten lines forth, or to where the step ended.
    ForthFar,
    /// Looks at the moment before the first line.
    First,
    /// Shows what is true now again; where a moment is marked, first takes the mark away.
    Now,
    /// Shows what is true now again, beside what is marked.
    Latest,
    /// Marks the moment on the screen, to compare others with it; takes the mark away. In the watch, marks this moment.
    Mark,
    /// Asks whether lines are to be undone.
    Undo,
    /// Undoes them: new processes run the lines before them.
    Replay,
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
    /// Takes the page out of the address space.
    UnmapPage,
    /// Holds the page in memory, or no longer.
    LockPage,
    /// Opens the menu of what can be done with the page.
    Menu,
    /// Shows the variables of the process.
    Variables,
    /// Puts the next example into the empty input.
    Example,
    /// Forks the process.
    Fork,
    /// Says all that is known of the page.
    Inspect,
    /// Opens what is chosen: the lesson of a sentence, a VMA's numbers, another process.
    Choose,
    /// Gives the keys to the panel of that number.
    Pane(u8),
    /// Lists VMAs of one kind only.
    Filter,
    /// Lists VMAs only that have pages in memory.
    Resident,
    /// Lists VMAs in another order.
    Order,
    /// Stops reading, or goes on.
    Pause,
    /// Takes the mark of the watch away.
    Unmark,
    /// Reads everything anew.
    Refresh,
    /// Draws the pages of a VMA, of what lies around it, or of all.
    Scope,
    /// Smaller cells: fewer pages in each.
    ZoomIn,
    /// Larger cells.
    ZoomOut,
    /// Cells so large that all fit.
    ZoomFit,
    /// Watches the process again that was watched before.
    Return,
    /// Asks as what the session is to be kept.
    Keep,
    /// Keeps it.
    KeepIt,
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

/// The key that does one of these in a context; `None` where none does.
pub fn key_of(context: Context, actions: &[Action]) -> Option<String> {
    let binding = valid_in(context).find(|binding| actions.contains(&binding.action))?;
    Some(binding.chords.first()?.to_string())
}

/// The bindings of a context, in the order of the table.
pub fn valid_in(context: Context) -> impl Iterator<Item = &'static Binding> {
    bindings().filter(move |binding| binding.contexts.contains(&context))
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
    use super::table::ALL;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_key_of_the_table_does_what_it_says_in_each_of_its_contexts() {
        for binding in bindings() {
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
            // What is typed is discarded first; the empty input can be left.
            let leaves = [
                Action::Leave,
                Action::Escape,
                Action::Now,
                Action::Stop,
                Action::Discard,
            ];
            assert!(
                valid_in(*context).any(|binding| leaves.contains(&binding.action)),
                "{context:?}"
            );
        }
    }
}

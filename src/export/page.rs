//! Acts to text: functions, indented, their comments wrapped.

use super::part::{Act, Cue, Entry, Lane, Run};
use super::statement;
use super::{WORDS, WORKINGS};
use crate::lesson::{Lesson, Part};
use crate::mem::{Placement, Process};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Columns that comments are wrapped to.
const WIDTH: usize = 100;

/// The whole program.
///
/// `pragmas` stand before the lesson's own lines.
pub(super) fn program(lesson: &Lesson, acts: &[Act], pragmas: &str) -> String {
    let mut page = Page::default();
    page.head(lesson);
    page.processes(acts);
    page.text += WORDS;
    if declares_in_vain(lesson) {
        page.text += "\n// Some names below are declared for the sake of what is loaded into them.\n\
            #pragma GCC diagnostic ignored \"-Wunused-variable\"\n\
            #pragma GCC diagnostic ignored \"-Wunused-but-set-variable\"\n";
    }
    page.text += pragmas;
    page.text += "\n// ---- The lesson ----\n";
    for (number, act) in acts.iter().enumerate() {
        page.act(number, act);
    }
    page.main(lesson, acts);
    page.text.push('\n');
    page.text += WORKINGS;
    page.text
}

fn declares_in_vain(lesson: &Lesson) -> bool {
    let parts = lesson.steps.iter().flat_map(|step| &step.parts);
    parts
        .filter_map(|part| match part {
            Part::Code(code) => Some(code),
            _ => None,
        })
        .any(|code| match code.race {
            None => code.statements.iter().any(statement::declares_in_vain),
            Some(_) => statement::declares_in_vain(&code.block()),
        })
}

/// A text that grows, at some depth of blocks.
#[derive(Default)]
struct Page {
    text: String,
    depth: usize,
}

impl Page {
    /// Adds a line; an empty one stays empty.
    fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.text.extend(std::iter::repeat_n("    ", self.depth));
            self.text += line;
        }
        self.text.push('\n');
    }

    /// Adds a paragraph as a comment.
    fn comment(&mut self, text: &str) {
        let room = WIDTH.saturating_sub(4 * self.depth + 3).max(40);
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                self.comment_line(&line);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += word;
        }
        if !line.is_empty() {
            self.comment_line(&line);
        }
    }

    /// Adds one line of a comment. A backslash at its end would make the next line part of it.
    fn comment_line(&mut self, line: &str) {
        let stop = if line.ends_with('\\') { "." } else { "" };
        self.line(format!("// {line}{stop}").trim_end());
    }

    fn head(&mut self, lesson: &Lesson) {
        self.comment(&lesson.front.title);
        self.line("//");
        self.comment(&lesson.front.summary);
        self.line("//");
        for block in lesson.intro.plain().lines() {
            self.comment(block);
        }
        self.line("//");
        // A lesson that is a C file has taken its own name already.
        let is_c = Path::new(&lesson.file)
            .extension()
            .is_some_and(|extension| extension == "c");
        let name = if is_c { "exported" } else { &lesson.id };
        self.comment(&format!(
            "Made by `mmap-tutor export {}`. To compile and run it:",
            if is_c { &lesson.file } else { &lesson.id }
        ));
        self.line("//");
        self.comment_line(&format!(
            "    gcc -Wall -Wextra -Werror -o lesson {name}.c && ./lesson"
        ));
        self.line("//");
        self.comment(
            "It prints a row for each statement: the process, its minor+major faults, the statement. Files are made \
             in a directory of its own below TMPDIR, else /var/tmp, which is removed at the end.",
        );
        self.line("");
    }

    fn processes(&mut self, acts: &[Act]) {
        let most = |number: &dyn Fn(&Process) -> u8| {
            let parts = acts.iter().flat_map(|act| act.parts.keys());
            parts.map(number).max().unwrap_or(0)
        };
        let named = most(&|process| match process {
            Process::Child(number) => *number,
            _ => 0,
        });
        let children = if acts.iter().any(Act::forks_more) {
            named.max(statement::MOST_CHILDREN as u8)
        } else {
            named
        };
        let peers = most(&|process| match process {
            Process::Peer(number) => *number,
            _ => 0,
        });
        self.line(&format!("#define CHILDREN {children}"));
        self.line(&format!("#define PEERS {peers}"));
        self.line("");
    }

    /// The functions of an act: first those of peers, then `main`'s, in which its children have their blocks.
    fn act(&mut self, number: usize, act: &Act) {
        let functions = act
            .parts
            .iter()
            .rev()
            .filter(|(process, _)| player(act, **process) == Some(**process));
        for (process, entries) in functions {
            self.line("");
            self.line(&format!("static void {}(void)", function(number, *process)));
            self.line("{");
            self.depth += 1;
            self.entries(*process, entries, &act.parts);
            self.depth -= 1;
            self.line("}");
        }
    }

    fn entries(
        &mut self,
        process: Process,
        entries: &[Entry],
        parts: &BTreeMap<Process, Vec<Entry>>,
    ) {
        let mut before: Option<&Entry> = None;
        for entry in entries {
            if before.is_some_and(|before| apart(before, entry)) {
                self.line("");
            }
            before = Some(entry);
            match entry {
                Entry::Heading(title) => self.comment(&format!("---- {title} ----")),
                Entry::Say(text) => self.comment(text),
                Entry::Quote(text) => text
                    .lines()
                    .for_each(|line| self.comment_line(&format!("    {line}"))),
                Entry::Turn => self.line("TURN();"),
                Entry::Settings(settings) => {
                    let placement = match settings.placement {
                        Placement::Apart => "APART",
                        Placement::Kernel => "KERNEL",
                    };
                    self.line(&format!("PLACEMENT({placement});"));
                    self.line(&format!("HUGE_PAGES({});", settings.huge_pages));
                }
                Entry::Thread(wanted) => self.line(&format!("THREAD({wanted});")),
                Entry::Race(rounds, lanes) => self.race(*rounds, lanes),
                Entry::Run(run) => self.run(process, run, parts),
                Entry::Behind(text) => {
                    self.text.truncate(self.text.trim_end().len());
                    let stop = if text.ends_with('\\') { "." } else { "" };
                    let _ = writeln!(self.text, " // {text}{stop}");
                }
                Entry::Rule(rule) => self.comment_line(&format!("The tutor checks: {rule}")),
                Entry::Check(rule) => self.line(&format!("CHECK({rule});")),
                Entry::Answer(expression) => self.line(&format!("ANSWER({expression});")),
            }
        }
    }

    fn run(&mut self, process: Process, run: &Run, parts: &BTreeMap<Process, Vec<Entry>>) {
        let word = if run.recovers {
            "RUN"
        } else {
            "RUN_TO_ITS_END"
        };
        for (number, line) in format!("{word}({})", run.code).lines().enumerate() {
            // Only the first line of a statement has lost its indentation.
            self.line(if number == 0 { line } else { line.trim_end() });
        }
        let shown = run.shows.iter().map(|name| format!("SHOW({name});"));
        let used = run.uses.iter().map(|name| format!("USED({name});"));
        for line in shown.chain(used) {
            self.line(&line);
        }
        let has_part = |child: &&u8| {
            parts
                .get(&Process::Child(**child))
                .is_some_and(|p| !p.is_empty())
        };
        let (speaking, silent): (Vec<&u8>, Vec<&u8>) = run.forks.iter().partition(has_part);
        for &child in speaking {
            let child = Process::Child(child);
            self.line(&format!("if (IS({})) {{", who(child)));
            self.depth += 1;
            self.entries(child, &parts[&child], parts);
            self.line("STAY();");
            self.depth -= 1;
            self.line("}");
        }
        if !silent.is_empty() || run.forks_more {
            self.line(&format!("if (!IS({}))", who(process)));
            self.line("    STAY();");
        }
    }

    fn race(&mut self, rounds: u32, lanes: &[Lane]) {
        self.line(&format!("RACE({rounds}, {}) {{", lanes.len()));
        self.depth += 1;
        for (number, lane) in lanes.iter().enumerate() {
            if let Some(setup) = &lane.setup {
                self.block(&format!("SETUP({number})"), setup);
            }
            self.block(
                &format!("LAP({number}, {})", literal(&lane.name)),
                &lane.code,
            );
        }
        self.depth -= 1;
        self.line("}");
    }

    /// Code in braces behind a word.
    fn block(&mut self, word: &str, code: &str) {
        self.line(&format!("{word} {{"));
        self.depth += 1;
        code.lines().for_each(|line| self.line(line.trim_end()));
        self.depth -= 1;
        self.line("}");
    }

    /// The function `main` of the program.
    fn main(&mut self, lesson: &Lesson, acts: &[Act]) {
        self.line("");
        self.line("// ---- Whose turn it is ----");
        self.line("");
        self.line("int main(void)");
        self.line("{");
        self.depth += 1;
        self.line("open_stage();");
        for (number, act) in acts.iter().enumerate() {
            if number > 0 {
                self.line("start_afresh();");
            }
            for file in &lesson.front.files {
                let name = literal(&file.name);
                self.line(&format!("make_file({name}, {});", file.pages));
            }
            for process in act.parts.keys() {
                if let Some(player) = player(act, *process) {
                    let function = function(number, player);
                    self.line(&format!("the_part[{}] = {function};", who(*process)));
                }
            }
            for cue in &act.cues {
                match cue {
                    Cue::Step(title) => self.line(&format!("step({});", literal(title))),
                    Cue::Turn(process) => self.line(&format!("turn({});", who(*process))),
                }
            }
        }
        self.line("return close_stage();");
        self.depth -= 1;
        self.line("}");
    }
}

/// Whether an empty line stands between two entries.
fn apart(before: &Entry, after: &Entry) -> bool {
    let is_text =
        |entry: &Entry| matches!(entry, Entry::Heading(_) | Entry::Say(_) | Entry::Quote(_));
    match (before, after) {
        (Entry::Say(_), Entry::Quote(_)) => false,
        (Entry::Heading(_), after) => is_text(after),
        (before, after) => is_text(before) || is_text(after),
    }
}

/// A process as the program names it.
fn who(process: Process) -> String {
    match process {
        Process::Main => "MAIN".to_owned(),
        Process::Child(number) => format!("CHILD({number})"),
        Process::Peer(number) => format!("PEER({number})"),
    }
}

/// The process whose function a process runs: its own, or that of the first peer that does just the same. A child has
/// none, it goes on in its parent's.
fn player(act: &Act, process: Process) -> Option<Process> {
    match process {
        Process::Main => Some(process),
        Process::Child(_) => None,
        Process::Peer(_) => {
            let own = act.parts.get(&process);
            let mut peers = act
                .parts
                .iter()
                .filter(|(other, _)| matches!(other, Process::Peer(_)));
            peers
                .find(|(_, entries)| own == Some(*entries))
                .map(|(other, _)| *other)
        }
    }
}

/// The name of the function that a process runs.
fn function(act: usize, process: Process) -> String {
    let act = match act {
        0 => String::new(),
        act => format!("_of_act_{}", act + 1),
    };
    match process {
        Process::Peer(number) => format!("peer_{number}{act}"),
        _ => format!("lesson{act}"),
    }
}

/// A text as a C string literal.
fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '?' => literal += "\\?", // no trigraphs
            c if c.is_control() => literal.push(' '),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

//! The processes of a session as its lesson has them: which number each child gets, and what its variables are called.
//!
//! A session may declare a name again; C may not. The second `p` of a process becomes `p_2`, in its lines and in those of
//! the children it makes from there on.

use super::line::{self, Edit};
use super::was_stopped;
use crate::c::{self, Scope, Statement, Target, scope::declared};
use crate::mem::{Ending, PageSize, Process};
use crate::session::Ran;
use std::collections::{BTreeMap, BTreeSet};

/// The most children, or peers, that a lesson can name.
const MOST: u8 = 10;

/// Names that mean something else in the program that a lesson is exported as.
const UNFIT: [&str; 24] = [
    "ALOUD",
    "ANSWER",
    "APART",
    "CHECK",
    "CHILD",
    "CHILDREN",
    "HUGE_PAGES",
    "IS",
    "KERNEL",
    "LAP",
    "MAIN",
    "PEER",
    "PEERS",
    "PLACEMENT",
    "POINTER",
    "PROCESSES",
    "QUIETLY",
    "RACE",
    "RUN",
    "SETUP",
    "SHOW",
    "STAY",
    "linux",
    "unix",
];

/// What becomes of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is this C.
    Code(String),
    /// Of a declaration that was stopped, only the names are kept.
    Declared(String),
    /// It did nothing, and stands nowhere.
    Nothing,
    /// It is left out, and why.
    Left(String),
}

/// A process of the lesson.
#[derive(Clone, Debug)]
struct Player {
    scope: Scope,
    /// What each name of the session is called now.
    names: BTreeMap<String, String>,
    /// Every name that was ever declared.
    taken: BTreeSet<String>,
}

/// Every process there is so far.
#[derive(Debug)]
pub(super) struct Cast {
    target: Target,
    /// Names that lines of the session use: none of ours may be like them.
    words: BTreeSet<String>,
    players: BTreeMap<Process, Player>,
    /// The children of the session, each with its number here.
    children: BTreeMap<u8, u8>,
    values: u32,
}

impl Cast {
    /// `main` alone.
    pub(super) fn new(page_size: PageSize, words: BTreeSet<String>) -> Self {
        Self {
            target: Target {
                page_size: page_size.bytes(),
            },
            words,
            players: BTreeMap::new(),
            children: BTreeMap::new(),
            values: 0,
        }
    }

    /// New processes.
    pub(super) fn start_afresh(&mut self) {
        self.players.clear();
        self.children.clear();
    }

    /// A process of the session as the lesson names it; `None` where it is not in the lesson.
    pub(super) fn part(&self, process: Process) -> Option<Process> {
        match process {
            Process::Main => Some(process),
            Process::Peer(number) => (number <= MOST).then_some(process),
            Process::Child(number) => self.children.get(&number).copied().map(Process::Child),
        }
    }

    /// Code with its variables called as they are in that process.
    pub(super) fn renamed(&self, process: Process, code: &str) -> String {
        match self.part(process).and_then(|part| self.players.get(&part)) {
            Some(player) => line::edited(code, line::renames(code, &player.names)),
            None => code.to_owned(),
        }
    }

    /// Takes a line in; says what it is in the lesson.
    pub(super) fn take(&mut self, ran: &Ran) -> Taken {
        let processes: Vec<Process> = match &ran.group {
            Some(group) => group.clone().map(Process::Peer).collect(),
            None => vec![ran.process],
        };
        let parts: Option<Vec<Process>> = processes.iter().map(|one| self.part(*one)).collect();
        let Some(parts) = parts else {
            return Taken::Left("ran in a process that is not in this lesson".to_owned());
        };
        let statements = c::parse(&ran.code, 0..ran.code.len()).unwrap_or_default();
        let [statement] = &statements[..] else {
            return Taken::Left("is no single statement".to_owned());
        };
        if matches!(statement.kind, c::ast::StatementKind::Empty) {
            return Taken::Nothing;
        }
        let stopped = was_stopped(ran);
        if stopped && declared(statement).is_empty() {
            return Taken::Left("was stopped before its end".to_owned());
        }
        let edits = if stopped {
            line::unset(statement)
        } else {
            Vec::new()
        };
        match self.compiled(&parts, (&ran.code, statement), edits) {
            Err(why) => Taken::Left(why),
            Ok(code) if stopped => Taken::Declared(code),
            Ok(code) => {
                self.fork(ran, parts[0]);
                Taken::Code(code)
            }
        }
    }

    /// The line with the names of the first of the processes, compiled in each of them.
    fn compiled(
        &mut self,
        parts: &[Process],
        (code, statement): (&str, &Statement),
        mut edits: Vec<Edit>,
    ) -> Result<String, String> {
        let mut player = self.player(parts[0]);
        for name in declared(statement) {
            let new = self.free(name, &player.taken);
            player.taken.insert(new.clone());
            player.names.insert(name.to_owned(), new);
        }
        edits.extend(line::renames(code, &player.names));
        let mut text = line::edited(code, edits);
        if let Some(useful) = self.useful(&text, &mut player)? {
            text = useful;
        }
        let text = line::voided(text)?;
        let mut players = vec![player.clone()];
        for part in &parts[1..] {
            let mut other = self.player(*part);
            other.names.clone_from(&player.names);
            other.taken.extend(player.taken.iter().cloned());
            players.push(other);
        }
        let statement = line::single(&text)?;
        for player in &mut players {
            c::compile(&text, &statement, &mut player.scope).map_err(|mistake| {
                format!("is no C that a lesson can have: {}", mistake.message)
            })?;
        }
        self.players.extend(parts.iter().copied().zip(players));
        Ok(text)
    }

    /// The text with every value that nobody uses put to use; `None` when all are.
    fn useful(&mut self, text: &str, player: &mut Player) -> Result<Option<String>, String> {
        let statement = line::single(text)?;
        let mut edits = line::idle_inside(text, &statement);
        if let Some(idle) = line::idle(&statement) {
            let mut scope = player.scope.clone();
            let compiled = c::compile(text, &statement, &mut scope).map_err(|why| why.message)?;
            let Some(of) = compiled.result else {
                return Ok(None);
            };
            self.values += 1;
            let name = self.free(&format!("value_{}", self.values), &player.taken);
            player.taken.insert(name.clone());
            edits.extend(line::kept(text, idle, &of, &name));
        }
        Ok((!edits.is_empty()).then(|| line::edited(text, edits)))
    }

    fn player(&self, part: Process) -> Player {
        let new = || Player {
            scope: Scope::new(self.target),
            names: BTreeMap::new(),
            taken: UNFIT.iter().map(|name| (*name).to_owned()).collect(),
        };
        self.players.get(&part).cloned().unwrap_or_else(new)
    }

    /// The name, or one like it where it is taken.
    fn free(&self, name: &str, taken: &BTreeSet<String>) -> String {
        if !taken.contains(name) {
            return name.to_owned();
        }
        let numbered = (2..).map(|number: u32| format!("{name}_{number}"));
        let is_free = |new: &String| !taken.contains(new) && !self.words.contains(new);
        numbered.into_iter().find(is_free).unwrap_or_default()
    }

    /// The processes that a line made: each begins as its parent is now.
    fn fork(&mut self, ran: &Ran, parent: Process) {
        let parent = self.player(parent);
        for (process, _) in ran.outcomes.iter().skip(1) {
            let Process::Child(number) = process else {
                continue;
            };
            let here = self.children.len() as u8 + 1;
            if here <= MOST {
                self.children.insert(*number, here);
                self.players.insert(Process::Child(here), parent.clone());
            }
        }
    }
}

/// Whether a process of the session had ended when the line was over.
pub(super) fn has_ended(ending: &Ending) -> bool {
    matches!(ending, Ending::Exited(_) | Ending::Died(_))
}

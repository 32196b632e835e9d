//! The processes of a lesson as far as the compiler must know them: who is there, and with which variables.

use crate::bytecode::{Builtin, Opcode, Program};
use crate::c::observers::Prefix;
use crate::c::{self, Scope, Target, Unset};
use crate::diagnostic::Diagnostic;
use crate::lesson::model::{Code, Who};
use crate::mem::Process;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Every process there is so far, with its variables.
pub(super) struct Players {
    target: Target,
    scopes: BTreeMap<Process, Scope>,
    children: u8,
    /// Contestants of the races so far.
    contestants: BTreeSet<String>,
    /// The variables of each process that nobody has set.
    unset: BTreeMap<Process, Unset>,
    /// What runs, and yet would be a mistake in a compiled program.
    doubts: Vec<Diagnostic>,
}

impl Players {
    /// `main` alone, with nothing declared.
    pub(super) fn new() -> Self {
        let page_size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE);
        let target = Target {
            page_size: page_size.ok().flatten().map_or(4096, |bytes| bytes as u64),
        };
        Self {
            target,
            scopes: BTreeMap::from([(Process::Main, Scope::new(target))]),
            children: 0,
            contestants: BTreeSet::new(),
            unset: BTreeMap::new(),
            doubts: Vec::new(),
        }
    }

    /// Ends every process: `main` begins again with nothing declared.
    pub(super) fn begin_again(&mut self) {
        *self = Self {
            doubts: std::mem::take(&mut self.doubts),
            ..Self::new()
        };
    }

    /// What runs, and yet would be a mistake in a compiled program.
    pub(super) fn into_doubts(self) -> Vec<Diagnostic> {
        self.doubts
    }

    /// Compiles a statement in the process that runs it; its declarations stay, its forks make processes.
    pub(super) fn play(
        &mut self,
        source: &str,
        code: &Code,
        statement: &c::Statement,
    ) -> Result<(), Diagnostic> {
        if let Who::Peers(first, last) = code.who {
            return (first..=last)
                .try_for_each(|number| self.play_in(Process::Peer(number), source, statement));
        }
        let process = self.who(source, code)?;
        self.play_in(process, source, statement)
    }

    /// Compiles a statement in one process.
    fn play_in(
        &mut self,
        process: Process,
        source: &str,
        statement: &c::Statement,
    ) -> Result<(), Diagnostic> {
        let fresh = Scope::new(self.target);
        let scope = self.scopes.entry(process).or_insert(fresh);
        let compiled = c::compile(source, statement, scope)?;
        let inherited = scope.clone();
        let unset = self.unset.entry(process).or_default();
        self.doubts.extend(unset.note(statement));
        let unset = unset.clone();
        // A child begins with the variables that its parent has at the fork.
        for _ in 0..forks(&compiled.program) {
            self.children = self.children.saturating_add(1);
            self.scopes
                .insert(Process::Child(self.children), inherited.clone());
            self.unset
                .insert(Process::Child(self.children), unset.clone());
        }
        Ok(())
    }

    /// Compiles a block of a race, in `main`.
    pub(super) fn race(&mut self, source: &str, code: &Code) -> Result<(), Diagnostic> {
        for statement in &code.statements {
            if let Some(name) = c::scope::declared(statement).first() {
                let message =
                    format!("each round would declare a new `{name}`, which nobody could ask for");
                return Err(Diagnostic::new(statement.span.clone(), message)
                    .help("declare it in a block before the race, and assign to it here"));
            }
        }
        let fresh = Scope::new(self.target);
        let mut scope = self.scopes.get(&Process::Main).cloned().unwrap_or(fresh);
        let block = code.block();
        let compiled = c::compile(source, &block, &mut scope)?;
        if forks(&compiled.program) > 0 {
            let message = "a race is run by one process: nothing in it may fork";
            return Err(
                Diagnostic::new(block.span, message).help("fork in a block before the race")
            );
        }
        let unset = self.unset.entry(Process::Main).or_default();
        self.doubts.extend(unset.note(&block));
        if let Some(entry) = code.race.as_ref().filter(|entry| !entry.is_setup) {
            self.contestants.insert(entry.name.clone());
        }
        Ok(())
    }

    /// Whether a race had a contestant of that name.
    pub(super) fn has_raced(&self, name: &str) -> bool {
        self.contestants.contains(name)
    }

    /// The variables of the process that a prefix names, of `main` without one.
    pub(super) fn scope(&self, prefix: Option<Prefix>) -> Option<&Scope> {
        let process = match prefix {
            None | Some(Prefix::Main) => Process::Main,
            Some(Prefix::Child(None)) => Process::Child(self.children),
            Some(Prefix::Child(Some(number))) => Process::Child(number),
            Some(Prefix::Peer(number)) => Process::Peer(number),
            Some(Prefix::Peers) => {
                let is_peer = |process: &&Process| matches!(process, Process::Peer(_));
                *self.scopes.keys().find(is_peer)?
            }
        };
        self.scopes.get(&process)
    }

    /// The process that runs a block.
    fn who(&self, source: &str, code: &Code) -> Result<Process, Diagnostic> {
        let process = match code.who {
            Who::Main => Process::Main,
            Who::LatestChild => Process::Child(self.children),
            Who::Named(process) => process,
            Who::Peers(first, _) => Process::Peer(first),
        };
        match process {
            Process::Child(_) if !self.scopes.contains_key(&process) => {
                let message = match self.children {
                    0 => "there is no child yet".to_owned(),
                    1 => "only one child has been made so far".to_owned(),
                    several => format!("only {several} children have been made so far"),
                };
                let help = "`fork()` makes one, in a block of another process before this one";
                Err(Diagnostic::new(info(source, code), message).help(help))
            }
            process => Ok(process),
        }
    }
}

/// What stands behind the backticks of a block: the end of the line before its code.
fn info(source: &str, code: &Code) -> Range<usize> {
    let above = source[..code.text.start].trim_end();
    let line = above.rfind('\n').map_or(0, |newline| newline + 1);
    let info = above[line..].trim_start_matches([' ', '`', '~']);
    above.len() - info.len()..above.len()
}

/// How many processes a statement can make: one for each call in it, as many as can be named where it loops.
fn forks(program: &Program) -> u8 {
    let is_fork = |instruction: &&crate::bytecode::Instruction| {
        instruction.opcode == Opcode::Call as u8 && instruction.operand == Builtin::Fork as u32
    };
    let calls = program.code.iter().filter(is_fork).count();
    let jumps = [Opcode::Jump, Opcode::JumpIfZero, Opcode::JumpIfNotZero].map(|op| op as u8);
    let loops = program.code.iter().enumerate().any(|(at, instruction)| {
        jumps.contains(&instruction.opcode) && instruction.immediate <= at as i64
    });
    match calls {
        0 => 0,
        _ if loops => 10,
        calls => calls.min(10) as u8,
    }
}

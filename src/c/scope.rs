//! The variables of one process: their types and where in its frame they live.
//!
//! A process has one scope for the whole lesson. Blocks inside a statement open inner ones, whose room is used again.

use super::ast::Statement;
use super::types::Type;
use crate::bytecode::{FRAME_BYTES, FRAME_START};

/// What the compiler must know of the machine the lab runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Bytes of a page: the value of `PAGE`.
    pub page_size: u64,
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// Where it lives, in bytes from the start of the frame.
    pub offset: u32,
}

/// The variables of one process, and the room that its literals have taken.
#[derive(Clone, Debug)]
pub struct Scope {
    target: Target,
    variables: Vec<Variable>,
    /// How many variables there were when each open block began, and the frame bytes in use then.
    blocks: Vec<(usize, u32)>,
    frame_used: u32,
    literals_used: u32,
}

impl Scope {
    /// A scope without variables.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            variables: Vec::new(),
            blocks: Vec::new(),
            frame_used: FRAME_START,
            literals_used: 0,
        }
    }

    /// The machine it is for.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Every variable, in the order of declaration.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variable of that name, the innermost if there are several.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().rev().find(|v| v.name == name)
    }

    /// Forgets the names that a statement is about to declare: whoever types line by line may declare them again. What
    /// they held stays in the frame, unreachable.
    pub fn forget(&mut self, statement: &Statement) {
        let again = declared(statement);
        self.variables
            .retain(|variable| !again.contains(&variable.name.as_str()));
    }

    /// Bytes of the literal area that are taken.
    pub fn literals_used(&self) -> u32 {
        self.literals_used
    }

    pub(super) fn take_literals(&mut self, bytes: u32) {
        self.literals_used += bytes;
    }

    /// The variable of that name declared in the innermost block, which another may not share.
    pub(super) fn rival(&self, name: &str) -> Option<&Variable> {
        let start = self.blocks.last().map_or(0, |block| block.0);
        self.variables.get(start..)?.iter().find(|v| v.name == name)
    }

    /// Declares a variable; `None` when the frame has no room for it.
    pub(super) fn declare(&mut self, name: &str, of: Type) -> Option<u32> {
        let offset = self.reserve(of.size(), of.alignment())?;
        self.variables.push(Variable {
            name: name.to_owned(),
            of,
            offset,
        });
        Some(offset)
    }

    /// Takes room of the frame; `None` when there is too little.
    pub(super) fn reserve(&mut self, size: u64, alignment: u64) -> Option<u32> {
        let offset = u64::from(self.frame_used).next_multiple_of(alignment.max(1));
        let end = offset.checked_add(size)?;
        if end > u64::from(FRAME_BYTES) {
            return None;
        }
        self.frame_used = end as u32;
        Some(offset as u32)
    }

    pub(super) fn open_block(&mut self) {
        self.blocks.push((self.variables.len(), self.frame_used));
    }

    pub(super) fn close_block(&mut self) {
        if let Some((variables, frame_used)) = self.blocks.pop() {
            self.variables.truncate(variables);
            self.frame_used = frame_used;
        }
    }

    /// Whether a statement stands at the top level, where redeclaring is a likely slip.
    pub(super) fn is_top_level(&self) -> bool {
        self.blocks.is_empty()
    }
}

/// The names that a statement would declare in the scope of its process.
pub fn declared(statement: &Statement) -> Vec<&str> {
    match &statement.kind {
        super::ast::StatementKind::Declaration(list) => {
            list.iter().map(|d| d.name.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

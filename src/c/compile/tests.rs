//! Compiled C, run on the machine over plain memory: what the language says must come out.

mod differential;
mod mistakes;
mod soup;
mod values;

use super::{Compiled, compile, compile_expression};
use crate::c::{Scope, Target, parse, parse_expression, types::Type};
use crate::diagnostic::Diagnostic;
use crate::lab::machine;
use crate::lab::plain::Plain;
use crate::lab::world::Stop;

/// Bytes of a page of the made-up target; no real one, so that nobody relies on 4096.
const PAGE: u64 = 512;

/// Statements running in a world of plain memory.
struct Bench {
    scope: Scope,
    world: Plain,
}

/// What the last statement gave.
#[derive(Debug)]
struct Given {
    word: Option<i64>,
    of: Option<Type>,
}

impl Given {
    /// As the transcript shows it.
    fn shown(&self) -> String {
        match (self.word, &self.of) {
            (Some(word), Some(of)) => crate::c::show(word, of),
            _ => String::new(),
        }
    }
}

impl Bench {
    fn new() -> Self {
        Self {
            scope: Scope::new(Target { page_size: PAGE }),
            world: Plain::new(),
        }
    }

    fn execute(&mut self, compiled: &Compiled) -> Result<Option<i64>, Stop> {
        let program = &compiled.program;
        self.world.bring(&program.literals, program.literal_offset);
        machine::run(&program.code, &mut self.world)
    }

    /// Runs statements; gives what the last one gave.
    fn run(&mut self, source: &str) -> Result<Given, Diagnostic> {
        let mut given = Given {
            word: None,
            of: None,
        };
        for statement in parse(source, 0..source.len())? {
            let compiled = compile(source, &statement, &mut self.scope)?;
            let word = self.execute(&compiled);
            let word = word.unwrap_or_else(|stop| panic!("{stop:?} in {source}"));
            assert_eq!(word.is_some(), compiled.result.is_some(), "{source}");
            given = Given {
                word,
                of: compiled.result,
            };
        }
        Ok(given)
    }

    /// Compiles without running; the mistake.
    fn mistake(&mut self, source: &str) -> Option<Diagnostic> {
        mistake(source, &mut self.scope)
    }

    /// Evaluates an expression as an expectation.
    fn expect(&mut self, source: &str) -> Result<i64, Diagnostic> {
        let expression = parse_expression(source, 0..source.len())?;
        let compiled = compile_expression(source, &expression, &self.scope)?;
        let word = self.execute(&compiled);
        Ok(word.expect(source).expect(source))
    }

    fn output(&self) -> String {
        String::from_utf8_lossy(&self.world.output).into_owned()
    }
}

/// The first mistake of a source.
fn mistake(source: &str, scope: &mut Scope) -> Option<Diagnostic> {
    match parse(source, 0..source.len()) {
        Ok(statements) => statements
            .iter()
            .find_map(|statement| compile(source, statement, scope).err()),
        Err(mistake) => Some(mistake),
    }
}

//! Statements, C17 6.8, and what to say about those that are not in the subset.

use super::{Parsed, Parser};
use crate::c::ast::{Statement, StatementKind};
use crate::c::tokens::Class;
use crate::diagnostic::Diagnostic;
use std::ops::Range;

impl Parser<'_> {
    /// One statement, a declaration included.
    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        self.nested(|parser| {
            let start = parser.span().start;
            let kind = parser.statement_kind()?;
            let span = parser.since(start);
            Ok(Statement { span, kind })
        })
    }

    fn statement_kind(&mut self) -> Parsed<StatementKind> {
        if self.begins_type(0) {
            return self.declarations().map(StatementKind::Declaration);
        }
        match self.text() {
            ";" => {
                self.advance();
                Ok(StatementKind::Empty)
            }
            "{" => self.block(),
            "if" => self.if_statement(),
            "while" => {
                self.advance();
                let condition = self.condition()?;
                let body = self.body()?;
                Ok(StatementKind::While { condition, body })
            }
            "do" => self.do_statement(),
            "for" => self.for_statement(),
            "break" | "continue" => {
                let is_break = self.advance().0 == "break";
                self.expect(";")?;
                Ok(if is_break {
                    StatementKind::Break
                } else {
                    StatementKind::Continue
                })
            }
            text if self.class() == Some(Class::Keyword) && text != "sizeof" => {
                Err(refused(text, self.span()))
            }
            "}" => Err(Diagnostic::new(self.span(), "this `}` closes nothing")),
            _ if self.text_ahead(1) == ":" && self.class() == Some(Class::Identifier) => {
                Err(refused("goto", self.span()))
            }
            _ => {
                let expression = self.expression()?;
                self.expect(";")?;
                Ok(StatementKind::Expression(expression))
            }
        }
    }

    fn block(&mut self) -> Parsed<StatementKind> {
        let open = self.span();
        self.expect("{")?;
        let mut statements = Vec::new();
        while !self.eat("}") {
            if self.at_end() {
                return Err(Diagnostic::new(open, "this `{` is never closed").help("add a `}`"));
            }
            statements.push(self.statement()?);
        }
        Ok(StatementKind::Block(statements))
    }

    /// `(condition)` of a loop or an `if`.
    fn condition(&mut self) -> Parsed<crate::c::Expression> {
        self.expect("(")?;
        let condition = self.expression()?;
        self.expect(")")?;
        Ok(condition)
    }

    /// The statement under a condition or a loop, which cannot be a declaration.
    fn body(&mut self) -> Parsed<Box<Statement>> {
        let statement = self.statement()?;
        if let StatementKind::Declaration(_) = statement.kind {
            return Err(
                Diagnostic::new(statement.span, "a declaration cannot stand here alone")
                    .help("put it into braces: `{ … }`"),
            );
        }
        Ok(statement.into())
    }

    fn if_statement(&mut self) -> Parsed<StatementKind> {
        self.expect("if")?;
        let condition = self.condition()?;
        let then = self.body()?;
        let otherwise = if self.eat("else") {
            Some(self.body()?)
        } else {
            None
        };
        Ok(StatementKind::If {
            condition,
            then,
            otherwise,
        })
    }

    fn do_statement(&mut self) -> Parsed<StatementKind> {
        self.expect("do")?;
        let body = self.body()?;
        self.expect("while")?;
        let condition = self.condition()?;
        self.expect(";")?;
        Ok(StatementKind::Do { body, condition })
    }

    fn for_statement(&mut self) -> Parsed<StatementKind> {
        self.expect("for")?;
        self.expect("(")?;
        let start = self.for_start()?;
        let condition = if self.is(";") {
            None
        } else {
            Some(self.expression()?)
        };
        self.expect(";")?;
        let step = if self.is(")") {
            None
        } else {
            Some(self.expression()?)
        };
        self.expect(")")?;
        let body = self.body()?;
        Ok(StatementKind::For {
            start,
            condition,
            step,
            body,
        })
    }

    /// What a `for` does first: a declaration, an expression or nothing.
    fn for_start(&mut self) -> Parsed<Box<Statement>> {
        let start = self.span().start;
        let kind = if self.begins_type(0) {
            StatementKind::Declaration(self.declarations()?)
        } else if self.eat(";") {
            StatementKind::Empty
        } else {
            let expression = self.expression()?;
            self.expect(";")?;
            StatementKind::Expression(expression)
        };
        let span = self.since(start);
        Ok(Statement { span, kind }.into())
    }
}

/// The mistake of a statement that is C but not of this subset.
fn refused(keyword: &str, span: Range<usize>) -> Diagnostic {
    let (message, help) = match keyword {
        "else" => (
            "there is no `if` before this `else`",
            "an `else` follows the statement of its `if`",
        ),
        "switch" | "case" | "default" => ("`switch` is not part of this C", "use `if … else if …`"),
        "goto" => (
            "labels and `goto` are not part of this C",
            "use a loop with `break` or `continue`",
        ),
        "return" => (
            "there is no function to return from",
            "leave it out, or end the process: `_exit(0);`",
        ),
        "typedef" => (
            "types cannot be named here",
            "write the type itself: `unsigned char *p`",
        ),
        _ => (
            "this is not part of this C",
            "statements are declarations, expressions, if, for, while, do and blocks",
        ),
    };
    Diagnostic::new(span, message).help(help)
}

/// The mistake of a preprocessor line.
pub(super) fn directive(text: &str, span: Range<usize>) -> Diagnostic {
    let help = if text.starts_with("#include") {
        "leave it out: the functions and constants of the man pages are known already"
    } else if text.starts_with("#define") {
        "declare a variable instead: `size_t length = 16 * PAGE;`"
    } else {
        "leave it out: the code is read as it stands"
    };
    Diagnostic::new(span, "there is no preprocessor here").help(help)
}

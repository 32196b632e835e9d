//! The parser: tokens to statements and expressions, by recursive descent, one function a rule of the C grammar.
//!
//! It refuses what is not in the subset by name, and says what is. Recursion is counted, so that no text, however
//! nested, can exhaust the stack. See C17 annex A.2 for the grammar.

mod declaration;
mod expression;
mod literal;
mod statement;

use super::ast::{Expression, Statement, TypeName};
use super::tokens::{Class, Token, tokenize};
use super::types::Type;
use super::{observers, resolve};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// How deep statements, parentheses, operators and types may be nested.
const MAX_DEPTH: u32 = 100;

/// What comes of reading a piece of text.
type Parsed<T> = Result<T, Diagnostic>;

/// Parses the top-level statements in `source[range]`. Spans point into the whole of `source`.
pub fn parse(source: &str, range: Range<usize>) -> Result<Vec<Statement>, Diagnostic> {
    let mut parser = Parser::new(source, range);
    let mut statements = Vec::new();
    while !parser.at_end() {
        statements.push(parser.statement()?);
    }
    Ok(statements)
}

/// Parses the one expression in `source[range]`, as `predict` and `expect` have them: what it observes is checked for
/// the number of its arguments.
pub fn parse_expression(source: &str, range: Range<usize>) -> Result<Expression, Diagnostic> {
    let mut parser = Parser::new(source, range);
    let expression = parser.expression()?;
    if parser.at_end() {
        observers::check(&expression)?;
        return Ok(expression);
    }
    let error = parser.unexpected("the end of the expression");
    Err(if parser.text() == ";" {
        error.help("this is an expression, not a statement: leave out the `;`")
    } else {
        error
    })
}

/// The type in a prototype of the table of functions.
pub(super) fn prototype(text: &str) -> Option<Type> {
    let mut parser = Parser::new(text, 0..text.len());
    let base = parser.specifiers().ok()?;
    let declarator = parser.declarator().ok()?;
    let type_name = TypeName {
        base,
        derived: declarator.derived,
        span: 0..text.len(),
    };
    let no_lengths = |e: &Expression| Err(Diagnostic::new(e.span.clone(), "no array here"));
    let whole = parser.at_end();
    resolve::resolve(&type_name, &mut { no_lengths })
        .ok()
        .filter(|_| whole)
}

/// A text being read: its tokens without comments, and where the reading is.
struct Parser<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    /// Where the text ends.
    end: usize,
}

impl<'a> Parser<'a> {
    fn new(source: &'a str, range: Range<usize>) -> Self {
        let mut tokens = tokenize(source, range.clone());
        tokens.retain(|token| token.class != Class::Comment);
        let end = tokens.last().map_or(range.start, |token| token.span.end);
        Self {
            source,
            tokens,
            at: 0,
            depth: 0,
            end,
        }
    }

    fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The text of the token `ahead` of the next one; empty at the end.
    fn text_ahead(&self, ahead: usize) -> &'a str {
        self.tokens
            .get(self.at + ahead)
            .and_then(|token| self.source.get(token.span.clone()))
            .unwrap_or("")
    }

    /// The text of the next token; empty at the end.
    fn text(&self) -> &'a str {
        self.text_ahead(0)
    }

    /// The class of the token `ahead` of the next one.
    fn class_ahead(&self, ahead: usize) -> Option<Class> {
        self.tokens.get(self.at + ahead).map(|token| token.class)
    }

    fn class(&self) -> Option<Class> {
        self.class_ahead(0)
    }

    /// The place of the next token; the end of the text when there is none.
    fn span(&self) -> Range<usize> {
        self.tokens
            .get(self.at)
            .map_or(self.end..self.end, |token| token.span.clone())
    }

    /// Where the last token that was read ends.
    fn last_end(&self) -> usize {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .map_or(self.span().start, |token| token.span.end)
    }

    /// From `start` to the last token that was read.
    fn since(&self, start: usize) -> Range<usize> {
        start..self.last_end().max(start)
    }

    /// Reads the next token whatever it is.
    fn advance(&mut self) -> (&'a str, Range<usize>) {
        let token = (self.text(), self.span());
        self.at += 1;
        token
    }

    fn is(&self, text: &str) -> bool {
        self.text() == text
    }

    /// Reads the next token if it is `text`.
    fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    /// Reads `text`, which must come now.
    fn expect(&mut self, text: &str) -> Parsed<()> {
        if self.eat(text) {
            return Ok(());
        }
        if text == ";" && !self.is_broken() {
            let end = self.last_end();
            return Err(Diagnostic::new(end..end, "expected `;` here"));
        }
        Err(self.unexpected(&format!("`{text}`")))
    }

    /// Whether the next token is no C at all.
    fn is_broken(&self) -> bool {
        matches!(self.class(), Some(Class::Error | Class::Directive))
    }

    /// The mistake of a token that cannot stand where it does.
    fn unexpected(&self, wanted: &str) -> Diagnostic {
        let text = self.text();
        let span = self.span();
        match self.class() {
            None => Diagnostic::new(
                span,
                format!("expected {wanted}, found the end of the code"),
            ),
            Some(Class::Directive) => statement::directive(text, span),
            Some(Class::Error) => literal::broken(text, span),
            Some(_) => Diagnostic::new(span, format!("expected {wanted}, found `{text}`")),
        }
    }

    /// Runs a rule one level deeper.
    fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        let result = rule(self);
        self.depth -= 1;
        result
    }
}

/// The mistake of nesting too deeply.
fn too_deep(span: Range<usize>) -> Diagnostic {
    Diagnostic::new(
        span,
        format!("this is nested more than {MAX_DEPTH} levels deep"),
    )
    .help("split it into several statements")
}

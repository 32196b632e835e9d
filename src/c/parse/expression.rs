//! Expressions, C17 6.5: by how tightly the operators bind.

use super::{MAX_DEPTH, Parsed, Parser, literal, too_deep};
use crate::c::ast::{Binary, Expression, ExpressionKind, Unary};
use crate::c::tokens::Class;
use crate::c::types::Type;
use crate::diagnostic::Diagnostic;

/// Operators before their operand.
const PREFIXES: [(&str, Unary); 6] = [
    ("+", Unary::Plus),
    ("-", Unary::Minus),
    ("~", Unary::Complement),
    ("!", Unary::Not),
    ("*", Unary::Dereference),
    ("&", Unary::AddressOf),
];

impl Parser<'_> {
    /// `assignment, assignment`
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        let start = self.span().start;
        let mut left = self.assignment()?;
        while self.eat(",") {
            let right = self.assignment()?;
            left = self.build(start, ExpressionKind::Comma(left.into(), right.into()))?;
        }
        Ok(left)
    }

    /// `unary = assignment`, or a conditional.
    pub(super) fn assignment(&mut self) -> Parsed<Expression> {
        self.nested(|parser| {
            let start = parser.span().start;
            let left = parser.conditional()?;
            let text = parser.text();
            let operator = combined_operator(text);
            if text != "=" && operator.is_none() {
                return Ok(left);
            }
            parser.advance();
            let right = parser.assignment()?;
            let kind = ExpressionKind::Assign(operator, left.into(), right.into());
            parser.build(start, kind)
        })
    }

    /// `binary ? expression : conditional`
    fn conditional(&mut self) -> Parsed<Expression> {
        let start = self.span().start;
        let condition = self.binary(1)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        let yes = self.expression()?;
        self.expect(":")?;
        let no = self.nested(Self::conditional)?;
        let kind = ExpressionKind::Conditional(condition.into(), yes.into(), no.into());
        self.build(start, kind)
    }

    /// Operators between operands that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Parsed<Expression> {
        let start = self.span().start;
        let mut left = self.unary()?;
        while let Some((operator, binds)) = Binary::from_text(self.text()) {
            if binds < least {
                break;
            }
            self.advance();
            let right = self.binary(binds + 1)?;
            let kind = ExpressionKind::Binary(operator, left.into(), right.into());
            left = self.build(start, kind)?;
        }
        Ok(left)
    }

    /// Casts, `sizeof` and the operators before their operand.
    fn unary(&mut self) -> Parsed<Expression> {
        let begins = PREFIXES.iter().any(|(text, _)| self.is(text))
            || ["++", "--", "sizeof"].iter().any(|text| self.is(text))
            || self.is("(") && self.begins_type(1);
        // What is in parentheses is a level of its own already.
        if !begins {
            return self.postfix();
        }
        self.nested(|parser| {
            let start = parser.span().start;
            if parser.is("(") {
                return parser.cast(start);
            }
            let prefix = PREFIXES.iter().find(|(text, _)| parser.is(text));
            let kind = if let Some(&(_, operator)) = prefix {
                parser.advance();
                ExpressionKind::Unary(operator, parser.unary()?.into())
            } else if parser.is("++") || parser.is("--") {
                let increment = parser.advance().0 == "++";
                ExpressionKind::Step {
                    target: parser.unary()?.into(),
                    increment,
                    prefix: true,
                }
            } else {
                parser.advance();
                parser.size_of()?
            };
            parser.build(start, kind)
        })
    }

    /// `(type) unary`
    fn cast(&mut self, start: usize) -> Parsed<Expression> {
        self.expect("(")?;
        let of = self.type_name()?;
        self.expect(")")?;
        if self.is("{") {
            return Err(
                Diagnostic::new(self.span(), "compound literals are not part of this C")
                    .help("declare a variable and give it these values"),
            );
        }
        let operand = self.unary()?;
        self.build(start, ExpressionKind::Cast(of.into(), operand.into()))
    }

    /// What follows `sizeof`.
    fn size_of(&mut self) -> Parsed<ExpressionKind> {
        if self.is("(") && self.begins_type(1) {
            self.advance();
            let of = self.type_name()?;
            self.expect(")")?;
            return Ok(ExpressionKind::SizeOfType(of.into()));
        }
        Ok(ExpressionKind::SizeOf(self.unary()?.into()))
    }

    /// Indices, calls, members and the steps after their operand.
    fn postfix(&mut self) -> Parsed<Expression> {
        let start = self.span().start;
        let mut left = self.primary()?;
        loop {
            let kind = match self.text() {
                "[" => {
                    self.advance();
                    let index = self.expression()?;
                    self.expect("]")?;
                    ExpressionKind::Index(left.into(), index.into())
                }
                "(" => ExpressionKind::Call(left.into(), self.arguments()?),
                "." | "->" => self.member(left)?,
                "++" | "--" => ExpressionKind::Step {
                    target: left.into(),
                    increment: self.advance().0 == "++",
                    prefix: false,
                },
                _ => return Ok(left),
            };
            left = self.build(start, kind)?;
        }
    }

    /// `(a, b)` after a function.
    fn arguments(&mut self) -> Parsed<Vec<Expression>> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        if self.eat(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.assignment()?);
            if self.eat(")") {
                return Ok(arguments);
            }
            if !self.eat(",") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }

    /// `.name` or `->name` after a value.
    fn member(&mut self, base: Expression) -> Parsed<ExpressionKind> {
        let arrow = self.advance().0 == "->";
        let (name, name_span) = (self.text().to_owned(), self.span());
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Err(self.unexpected("a name"));
        }
        self.advance();
        Ok(ExpressionKind::Member {
            base: base.into(),
            name,
            name_span,
            arrow,
        })
    }

    /// Names, literals and parentheses.
    fn primary(&mut self) -> Parsed<Expression> {
        let (text, span) = (self.text(), self.span());
        let kind = match self.class() {
            Some(Class::Identifier | Class::Constant | Class::Function) => {
                self.advance();
                ExpressionKind::Name(text.to_owned())
            }
            Some(Class::Number) => {
                self.advance();
                let (word, of) = literal::number(text, span.clone())?;
                ExpressionKind::Known { word, of }
            }
            Some(Class::Character) => {
                self.advance();
                let word = literal::character(text, span.clone())?;
                let of = Type::INT;
                ExpressionKind::Known { word, of }
            }
            Some(Class::String) => self.strings()?,
            Some(Class::Operator) if text == "(" => {
                self.advance();
                let mut inner = self.expression()?;
                self.expect(")")?;
                inner.span = self.since(span.start);
                return Ok(inner);
            }
            Some(Class::Type) => {
                return Err(Diagnostic::new(
                    span,
                    format!("`{text}` is a type; a value is wanted here"),
                )
                .help("a cast stands in parentheses: `(char *) p`"));
            }
            _ => return Err(self.unexpected("an expression")),
        };
        self.build(span.start, kind)
    }

    /// String literals that follow each other are one.
    fn strings(&mut self) -> Parsed<ExpressionKind> {
        let mut bytes = Vec::new();
        while self.class() == Some(Class::String) {
            let (text, span) = self.advance();
            bytes.extend(literal::unescape(text, span)?);
        }
        Ok(ExpressionKind::Text(bytes))
    }

    /// An expression from `start` to here, unless it is too deep a tree: `1+1+…` nests without recursion here, but
    /// not in those who walk it.
    fn build(&self, start: usize, kind: ExpressionKind) -> Parsed<Expression> {
        let expression = Expression::new(self.since(start), kind);
        if expression.depth() > MAX_DEPTH {
            return Err(too_deep(expression.span));
        }
        Ok(expression)
    }
}

/// The operator that is combined with an assignment: `+` of `+=`.
fn combined_operator(text: &str) -> Option<Binary> {
    let combined = text.strip_suffix('=')?;
    let (operator, binds) = Binary::from_text(combined)?;
    // `<=`, `>=`, `==` end in `=` too, but only arithmetic and bits combine with it.
    (binds >= 8 || matches!(combined, "&" | "^" | "|")).then_some(operator)
}

//! What the parser makes of a text: statements and expressions, each with its place in the source.
//!
//! Names and types are not looked up here; [`compile`](mod@super::compile) does that. An expression knows how deep it is,
//! so that nothing that walks it can run out of stack.

use super::types::{Kind, Type};
use std::ops::Range;

/// A top-level statement: what one press of Enter runs.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its place in the source it was parsed from.
    pub span: Range<usize>,
    /// What it is.
    pub kind: StatementKind,
}

/// The kinds of statements.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the parts are those of the C grammar")]
pub enum StatementKind {
    /// `;`
    Empty,
    /// `int a, b = 2;`
    Declaration(Vec<Declaration>),
    /// `x = 1;`
    Expression(Expression),
    /// `{ … }`
    Block(Vec<Statement>),
    /// `if (c) … else …`
    If {
        condition: Expression,
        then: Box<Statement>,
        otherwise: Option<Box<Statement>>,
    },
    /// `while (c) …`
    While {
        condition: Expression,
        body: Box<Statement>,
    },
    /// `do … while (c);`
    Do {
        body: Box<Statement>,
        condition: Expression,
    },
    /// `for (start; c; step) …`
    For {
        start: Box<Statement>,
        condition: Option<Expression>,
        step: Option<Expression>,
        body: Box<Statement>,
    },
    /// `break;`
    Break,
    /// `continue;`
    Continue,
}

/// One declared name.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The name.
    pub name: String,
    /// Its place.
    pub span: Range<usize>,
    /// Its type.
    pub of: TypeName,
    /// What it begins as.
    pub initial: Option<Initializer>,
}

/// What a variable begins as.
#[derive(Clone, Debug)]
pub enum Initializer {
    /// `= 1`
    Value(Expression),
    /// `= {1, 2}`, with its place.
    List(Vec<Self>, Range<usize>),
}

impl Initializer {
    /// Its place.
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::Value(value) => value.span.clone(),
            Self::List(_, span) => span.clone(),
        }
    }
}

/// A type as written: array lengths are still expressions.
#[derive(Clone, Debug)]
pub struct TypeName {
    /// The type on the left: `char`, `struct stat`.
    pub base: Type,
    /// What the name is, read from the name outwards: `int *a[3]` is an array of 3 pointers to `int`.
    pub derived: Vec<Derived>,
    /// Its place.
    pub span: Range<usize>,
}

/// One step of a declarator.
#[derive(Clone, Debug)]
pub enum Derived {
    /// `*`, `*const`
    Pointer {
        /// Whether the pointer itself is `const`.
        constant: bool,
        /// Whether it is `volatile`.
        volatile: bool,
    },
    /// `[n]`; `[]` takes its length from what it begins as.
    Array(Option<Expression>),
    /// `(int, char *)`
    Function(Vec<TypeName>),
}

/// An expression, as statements, `predict` and `expect` have them.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Its place in the source it was parsed from.
    pub span: Range<usize>,
    /// What it is.
    pub kind: ExpressionKind,
    /// Levels of expressions in it, itself included.
    depth: u32,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the parts are those of the C grammar")]
pub enum ExpressionKind {
    /// A number or character with its type; also a value measured elsewhere and put in place of what it measures.
    Known { word: i64, of: Type },
    /// A string literal's bytes, without the zero at its end.
    Text(Vec<u8>),
    /// A variable, a constant or an observer.
    Name(String),
    /// `-a`
    Unary(Unary, Box<Expression>),
    /// `++a`, `a--`
    Step {
        target: Box<Expression>,
        increment: bool,
        prefix: bool,
    },
    /// `a + b`
    Binary(Binary, Box<Expression>, Box<Expression>),
    /// `a = b`, `a += b`
    Assign(Option<Binary>, Box<Expression>, Box<Expression>),
    /// `a ? b : c`
    Conditional(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `a, b`
    Comma(Box<Expression>, Box<Expression>),
    /// `f(a, b)`
    Call(Box<Expression>, Vec<Expression>),
    /// `a[b]`
    Index(Box<Expression>, Box<Expression>),
    /// `a.b`, `a->b`
    Member {
        base: Box<Expression>,
        name: String,
        name_span: Range<usize>,
        arrow: bool,
    },
    /// `(char) a`
    Cast(Box<TypeName>, Box<Expression>),
    /// `sizeof a`
    SizeOf(Box<Expression>),
    /// `sizeof(char)`
    SizeOfType(Box<TypeName>),
}

/// Operators on one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as C names them")]
pub enum Unary {
    Plus,
    Minus,
    Complement,
    Not,
    Dereference,
    AddressOf,
}

/// Operators on two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as C names them")]
pub enum Binary {
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    ShiftLeft,
    ShiftRight,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    BitAnd,
    BitXor,
    BitOr,
    And,
    Or,
}

impl Binary {
    /// Every operator with its text and how tightly it binds.
    pub const ALL: [(Self, &'static str, u8); 18] = [
        (Self::Multiply, "*", 10),
        (Self::Divide, "/", 10),
        (Self::Remainder, "%", 10),
        (Self::Add, "+", 9),
        (Self::Subtract, "-", 9),
        (Self::ShiftLeft, "<<", 8),
        (Self::ShiftRight, ">>", 8),
        (Self::Less, "<", 7),
        (Self::LessEqual, "<=", 7),
        (Self::Greater, ">", 7),
        (Self::GreaterEqual, ">=", 7),
        (Self::Equal, "==", 6),
        (Self::NotEqual, "!=", 6),
        (Self::BitAnd, "&", 5),
        (Self::BitXor, "^", 4),
        (Self::BitOr, "|", 3),
        (Self::And, "&&", 2),
        (Self::Or, "||", 1),
    ];

    /// The operator written so, and how tightly it binds.
    pub fn from_text(text: &str) -> Option<(Self, u8)> {
        Self::ALL
            .iter()
            .find(|(_, written, _)| *written == text)
            .map(|&(operator, _, binds)| (operator, binds))
    }

    /// How it is written.
    pub fn text(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(operator, ..)| *operator == self)
            .map_or("", |(_, text, _)| text)
    }
}

impl Expression {
    /// An expression of these parts.
    pub fn new(span: Range<usize>, kind: ExpressionKind) -> Self {
        let deepest = kind.parts().into_iter().map(|part| part.depth).max();
        Self {
            span,
            depth: deepest.unwrap_or(0) + 1,
            kind,
        }
    }

    /// Levels of expressions in it, itself included.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// A known number.
    pub fn known(span: Range<usize>, word: i64, of: Type) -> Self {
        Self::new(span, ExpressionKind::Known { word, of })
    }

    /// The name, when it is nothing but a name.
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            ExpressionKind::Name(name) => Some(name),
            _ => None,
        }
    }
}

impl Statement {
    /// The statements right inside that stand for themselves: bodies and branches, but not what begins a `for`.
    pub fn inside(&self) -> Vec<&Statement> {
        match &self.kind {
            StatementKind::Block(list) => list.iter().collect(),
            StatementKind::If {
                then, otherwise, ..
            } => std::iter::once(&**then)
                .chain(otherwise.as_deref())
                .collect(),
            StatementKind::While { body, .. }
            | StatementKind::Do { body, .. }
            | StatementKind::For { body, .. } => vec![body],
            _ => Vec::new(),
        }
    }
}

impl ExpressionKind {
    /// The expressions it is made of, in the order in which they are evaluated.
    pub fn parts(&self) -> Vec<&Expression> {
        match self {
            Self::Known { .. } | Self::Text(_) | Self::Name(_) | Self::SizeOfType(_) => vec![],
            Self::Unary(_, a) | Self::Cast(_, a) | Self::SizeOf(a) => vec![a],
            Self::Step { target, .. } => vec![target],
            Self::Member { base, .. } => vec![base],
            Self::Binary(_, a, b)
            | Self::Assign(_, a, b)
            | Self::Comma(a, b)
            | Self::Index(a, b) => vec![a, b],
            Self::Conditional(a, b, c) => vec![a, b, c],
            Self::Call(function, arguments) => {
                let mut parts = vec![&**function];
                parts.extend(arguments);
                parts
            }
        }
    }

    /// The same parts, to be changed.
    pub fn parts_mut(&mut self) -> Vec<&mut Expression> {
        match self {
            Self::Known { .. } | Self::Text(_) | Self::Name(_) | Self::SizeOfType(_) => vec![],
            Self::Unary(_, a) | Self::Cast(_, a) | Self::SizeOf(a) => vec![a],
            Self::Step { target, .. } => vec![target],
            Self::Member { base, .. } => vec![base],
            Self::Binary(_, a, b)
            | Self::Assign(_, a, b)
            | Self::Comma(a, b)
            | Self::Index(a, b) => vec![a, b],
            Self::Conditional(a, b, c) => vec![a, b, c],
            Self::Call(function, arguments) => {
                let mut parts = vec![&mut **function];
                parts.extend(arguments);
                parts
            }
        }
    }
}

impl TypeName {
    /// A type that was not declared by a name, such as a base alone.
    pub fn plain(base: Type, span: Range<usize>) -> Self {
        Self {
            base,
            derived: Vec::new(),
            span,
        }
    }

    /// Whether it is `void` alone, as in `f(void)`.
    pub fn is_void(&self) -> bool {
        self.derived.is_empty() && self.base.kind == Kind::Void
    }
}

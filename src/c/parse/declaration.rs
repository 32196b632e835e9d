//! Types and declarations, C17 6.7: specifiers on the left, declarators around the name, what variables begin as.

use super::{Parsed, Parser, too_deep};
use crate::c::ast::{Declaration, Derived, Initializer, TypeName};
use crate::c::tokens::Class;
use crate::c::types::{Integer, Kind, Rank, Type, named};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// Most steps of one declarator: stars, brackets, parameter lists.
const MAX_DERIVED: usize = 16;

/// A declared name and what it is.
pub(super) struct Declarator {
    /// The name; types in casts have none.
    pub(super) name: Option<(String, Range<usize>)>,
    /// From the name outwards.
    pub(super) derived: Vec<Derived>,
}

impl Parser<'_> {
    /// Whether the token `ahead` of the next one begins a type.
    pub(super) fn begins_type(&self, ahead: usize) -> bool {
        self.class_ahead(ahead) == Some(Class::Type)
    }

    /// `type name = value, *name;`
    pub(super) fn declarations(&mut self) -> Parsed<Vec<Declaration>> {
        let start = self.span().start;
        let base = self.specifiers()?;
        if self.is(";") {
            return Err(Diagnostic::new(self.since(start), "this declares no name")
                .help("write a name after the type: `int x;`"));
        }
        let mut list = Vec::new();
        loop {
            let declarator = self.declarator()?;
            let of = TypeName {
                base: base.clone(),
                derived: declarator.derived,
                span: self.since(start),
            };
            let (name, span) = declarator.name.ok_or_else(|| self.nameless())?;
            if let Some(Derived::Function(_)) = of.derived.first() {
                return Err(no_functions(span, self.is("{")));
            }
            let initial = if self.eat("=") {
                Some(self.initializer()?)
            } else {
                None
            };
            list.push(Declaration {
                name,
                span,
                of,
                initial,
            });
            if !self.eat(",") {
                self.expect(";")?;
                return Ok(list);
            }
        }
    }

    /// What stands where a declared name should.
    fn nameless(&self) -> Diagnostic {
        let text = self.text();
        let taken = |what: &str| {
            Diagnostic::new(self.span(), format!("`{text}` is the name of a {what}"))
                .help("choose another name for the variable")
        };
        match self.class() {
            Some(Class::Constant) => taken("constant"),
            Some(Class::Function) => taken("function"),
            Some(Class::Type) => taken("type"),
            Some(Class::Keyword) => {
                Diagnostic::new(self.span(), format!("`{text}` is a keyword of C"))
                    .help("choose another name for the variable")
            }
            _ => self.unexpected("the name of a variable"),
        }
    }

    /// `value` or `{value, value}`
    fn initializer(&mut self) -> Parsed<Initializer> {
        let start = self.span().start;
        if !self.eat("{") {
            return self.assignment().map(Initializer::Value);
        }
        let mut list = Vec::new();
        while !self.is("}") {
            if self.is(".") || self.is("[") {
                return Err(
                    Diagnostic::new(self.span(), "designators are not part of this C")
                        .help("give the values in order: `{1, 2, 3}`"),
                );
            }
            list.push(self.nested(Self::initializer)?);
            if !self.eat(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(Initializer::List(list, self.since(start)))
    }

    /// A type without a name: `char *`, `int (*)(void)`.
    pub(super) fn type_name(&mut self) -> Parsed<TypeName> {
        let start = self.span().start;
        let base = self.specifiers()?;
        let declarator = self.declarator()?;
        if let Some((name, span)) = declarator.name {
            return Err(Diagnostic::new(
                span,
                format!("there is no place for the name `{name}` here"),
            ));
        }
        Ok(TypeName {
            base,
            derived: declarator.derived,
            span: self.since(start),
        })
    }

    /// `*const name[2](int)`; the name may be missing.
    pub(super) fn declarator(&mut self) -> Parsed<Declarator> {
        let mut pointers = Vec::new();
        while self.eat("*") {
            let mut pointer = (false, false);
            loop {
                match self.text() {
                    "const" => pointer.0 = true,
                    "volatile" => pointer.1 = true,
                    "restrict" => {}
                    _ => break,
                }
                self.advance();
            }
            pointers.push(Derived::Pointer {
                constant: pointer.0,
                volatile: pointer.1,
            });
            self.limit(pointers.len())?;
        }
        let mut declarator = self.direct_declarator()?;
        declarator.derived.extend(pointers.into_iter().rev());
        self.limit(declarator.derived.len())?;
        Ok(declarator)
    }

    /// A name or a declarator in parentheses, with what follows it.
    fn direct_declarator(&mut self) -> Parsed<Declarator> {
        let inside = self.is("(")
            && (matches!(self.text_ahead(1), "*" | "(")
                || self.class_ahead(1) == Some(Class::Identifier));
        // Prototypes of the table name functions; declarations find out later that they may not.
        let is_name = self.class() == Some(Class::Identifier)
            || (self.class() == Some(Class::Function) && self.text_ahead(1) == "(");
        let mut declarator = if inside {
            self.advance();
            let inner = self.nested(Self::declarator)?;
            self.expect(")")?;
            inner
        } else {
            let name = is_name
                .then(|| self.advance())
                .map(|(text, span)| (text.to_owned(), span));
            Declarator {
                name,
                derived: Vec::new(),
            }
        };
        loop {
            if self.eat("[") {
                let length = if self.is("]") {
                    None
                } else {
                    Some(self.assignment()?)
                };
                self.expect("]")?;
                declarator.derived.push(Derived::Array(length));
            } else if self.is("(") {
                declarator
                    .derived
                    .push(Derived::Function(self.parameters()?));
            } else {
                return Ok(declarator);
            }
            self.limit(declarator.derived.len())?;
        }
    }

    fn limit(&self, derived: usize) -> Parsed<()> {
        if derived > MAX_DERIVED {
            return Err(too_deep(self.span()));
        }
        Ok(())
    }

    /// `(int a, char *)` of a function.
    fn parameters(&mut self) -> Parsed<Vec<TypeName>> {
        self.expect("(")?;
        let mut list = Vec::new();
        if self.eat(")") {
            return Ok(list);
        }
        loop {
            let start = self.span().start;
            let base = self.specifiers()?;
            let derived = self.nested(Self::declarator)?.derived;
            list.push(TypeName {
                base,
                derived,
                span: self.since(start),
            });
            if self.eat(")") {
                break;
            }
            if !self.eat(",") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        if let [only] = list.as_slice()
            && only.is_void()
        {
            list.clear();
        }
        Ok(list)
    }

    /// The type on the left of a declaration: `const unsigned long`, `struct stat`.
    pub(super) fn specifiers(&mut self) -> Parsed<Type> {
        let start = self.span().start;
        let mut words = Words::default();
        let (mut constant, mut volatile) = (false, false);
        while self.class() == Some(Class::Type) {
            let (text, span) = self.advance();
            match text {
                "const" => constant = true,
                "volatile" => volatile = true,
                "struct" => {
                    let structure = self.structure(span.clone())?;
                    words.other(structure, span)?;
                }
                _ => words.add(text, span)?,
            }
        }
        if start == self.span().start {
            return Err(self.unexpected("a type"));
        }
        let kind = words.kind(self.since(start))?;
        Ok(Type {
            kind,
            constant,
            volatile,
        })
    }

    /// What follows `struct`: only `stat` exists.
    fn structure(&mut self, keyword: Range<usize>) -> Parsed<Kind> {
        if self.is("stat") && self.text_ahead(1) != "{" {
            self.advance();
            return Ok(Kind::Stat);
        }
        let end = if self.class() == Some(Class::Identifier) {
            self.span().end
        } else {
            keyword.end
        };
        Err(Diagnostic::new(
            keyword.start..end,
            "the only structure here is `struct stat`",
        )
        .help("structures cannot be defined; use variables and arrays"))
    }
}

/// The words of a type, counted: C allows them in any order.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word that stands there or not"
)]
struct Words {
    signed: bool,
    unsigned: bool,
    short: bool,
    long: u8,
    int: bool,
    char: bool,
    other: Option<Kind>,
}

impl Words {
    fn add(&mut self, text: &str, span: Range<usize>) -> Parsed<()> {
        let word = match text {
            "signed" => &mut self.signed,
            "unsigned" => &mut self.unsigned,
            "short" => &mut self.short,
            "int" => &mut self.int,
            "char" => &mut self.char,
            "long" => {
                self.long = self.long.saturating_add(1);
                return Ok(());
            }
            "void" => return self.other(Kind::Void, span),
            "_Bool" => return self.other(Type::integer(Rank::Bool).kind, span),
            name => {
                let integer = named(name).ok_or_else(|| refused(name, span.clone()))?;
                return self.other(Kind::Int(integer), span);
            }
        };
        // C17 6.7.2: `char char` is no type.
        if std::mem::replace(word, true) {
            return Err(no_type(span));
        }
        Ok(())
    }

    /// A type that is one word, and so stands alone.
    fn other(&mut self, kind: Kind, span: Range<usize>) -> Parsed<()> {
        match self.other.replace(kind) {
            Some(_) => Err(no_type(span)),
            None => Ok(()),
        }
    }

    fn kind(self, span: Range<usize>) -> Parsed<Kind> {
        let integer =
            self.signed || self.unsigned || self.short || self.long > 0 || self.int || self.char;
        let kind = |rank| Ok(Kind::Int(Integer { rank, alias: None }));
        match (self.other, self.char, self.short, self.long) {
            (Some(other), ..) if !integer => Ok(other),
            (None, ..) if self.signed && self.unsigned => Err(no_type(span)),
            (None, true, false, 0) if !self.int => kind(match (self.signed, self.unsigned) {
                (true, _) => Rank::SignedChar,
                (_, true) => Rank::UnsignedChar,
                _ => Rank::Char,
            }),
            (None, false, true, 0) if self.unsigned => kind(Rank::UnsignedShort),
            (None, false, true, 0) => kind(Rank::Short),
            (None, false, false, 0) if self.unsigned => kind(Rank::UnsignedInt),
            (None, false, false, 0) if integer => kind(Rank::Int),
            (None, false, false, 1) if self.unsigned => kind(Rank::UnsignedLong),
            (None, false, false, 1) => kind(Rank::Long),
            (None, false, false, 2) if self.unsigned => kind(Rank::UnsignedLongLong),
            (None, false, false, 2) => kind(Rank::LongLong),
            _ => Err(no_type(span)),
        }
    }
}

fn no_type(span: Range<usize>) -> Diagnostic {
    Diagnostic::new(span, "these words make no type")
        .help("types are char, short, int, long, signed or unsigned; size_t, off_t, uint8_t and their like; pointers and arrays of them; struct stat")
}

/// The mistake of a word that begins a type of C but not of this subset.
fn refused(word: &str, span: Range<usize>) -> Diagnostic {
    let message = format!("`{word}` is not part of this C");
    let help = match word {
        "float" | "double" => "use integers",
        "union" => "use a pointer cast: `*(int *) p`",
        "enum" => "use an `int`",
        _ => "leave the word out: every variable lives as long as the lesson",
    };
    Diagnostic::new(span, message).help(help)
}

/// The mistake of declaring or defining a function.
fn no_functions(span: Range<usize>, defined: bool) -> Diagnostic {
    let message = if defined {
        "functions cannot be defined here"
    } else {
        "functions cannot be declared here"
    };
    Diagnostic::new(span, message).help(
        "write the statements one after another, as inside `main`; the functions of the man pages are known already",
    )
}

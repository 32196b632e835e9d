//! The tokenizer: one stream of classified tokens for the parser and for the colours of the screen.
//!
//! It never fails: what is no C becomes a token of class [`Class::Error`], which the parser refuses and the screen
//! marks. White space makes no token; comments do.

use super::{constants, types};
use crate::bytecode::Builtin;
use std::ops::Range;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub class: Class,
    /// Its bytes in the source.
    pub span: Range<usize>,
}

/// What a token is, to the eye as to the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// `for`, `if`, `sizeof`, also those this subset has no use for (`switch`).
    Keyword,
    /// `int`, `size_t`, `const`, `struct`.
    Type,
    /// A name not known to be something else: a variable.
    Identifier,
    /// A constant of a header: `PROT_READ`, `NULL`, `PAGE`.
    Constant,
    /// A function that exists here.
    Function,
    /// `0x1f`, `16UL`.
    Number,
    /// `"text"`
    String,
    /// `'c'`
    Character,
    /// A comment of either kind.
    Comment,
    /// `+=`, `(`, `;`.
    Operator,
    /// A preprocessor line.
    Directive,
    /// No C: a stray character, a string or comment without its end.
    Error,
}

/// Keywords of C that are not part of a type.
const KEYWORDS: &[&str] = &[
    "for", "while", "do", "if", "else", "break", "continue", "sizeof", "return", "switch", "case",
    "default", "goto", "typedef", "asm",
];

/// Words that can begin a type, besides the names in [`types::named`].
pub(super) const TYPE_WORDS: &[&str] = &[
    "void", "char", "short", "int", "long", "signed", "unsigned", "const", "volatile", "struct",
    "_Bool", "bool", "float", "double", "union", "enum", "static", "extern", "register", "auto",
    "inline", "restrict",
];

/// Operators, longest first.
const OPERATORS: &[&str] = &[
    "<<=", ">>=", "...", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>",
    "<=", ">=", "==", "!=", "&&", "||", "->", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!",
    "<", ">", "=", "?", ":", ",", ";", "(", ")", "[", "]", "{", "}", ".",
];

/// The tokens of `source[range]`, comments included, in order.
///
/// A range that does not lie on character boundaries of `source` has no tokens.
pub fn tokenize(source: &str, range: Range<usize>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let Some(text) = source.get(range.clone()) else {
        return tokens;
    };
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let fresh_line = text[..at].trim_end_matches([' ', '\t']).ends_with('\n') || at == 0;
        let (class, length) = token(&text[at..], next, fresh_line);
        tokens.push(Token {
            class,
            span: range.start + at..range.start + at + length,
        });
        at += length;
    }
    tokens
}

/// Class and length of the token that `rest` begins with.
fn token(rest: &str, first: char, fresh_line: bool) -> (Class, usize) {
    if let Some(comment) = comment(rest) {
        return comment;
    }
    match first {
        '#' if fresh_line => (Class::Directive, rest.find('\n').unwrap_or(rest.len())),
        '"' | '\'' => quoted(rest, first),
        '0'..='9' => {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_');
            (Class::Number, end.unwrap_or(rest.len()))
        }
        'a'..='z' | 'A'..='Z' | '_' => {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let word = &rest[..end.unwrap_or(rest.len())];
            (word_class(word), word.len())
        }
        _ => OPERATORS
            .iter()
            .find(|operator| rest.starts_with(**operator))
            .map_or((Class::Error, first.len_utf8()), |operator| {
                (Class::Operator, operator.len())
            }),
    }
}

/// A comment, if `rest` begins with one.
fn comment(rest: &str) -> Option<(Class, usize)> {
    if rest.starts_with("//") {
        return Some((Class::Comment, rest.find('\n').unwrap_or(rest.len())));
    }
    let inside = rest.strip_prefix("/*")?;
    Some(match inside.find("*/") {
        Some(end) => (Class::Comment, end + 4),
        None => (Class::Error, rest.len()),
    })
}

/// A string or character literal; it must end on its line.
fn quoted(rest: &str, quote: char) -> (Class, usize) {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return (Class::Error, at),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => {
                let class = if quote == '"' {
                    Class::String
                } else {
                    Class::Character
                };
                return (class, at + 1);
            }
            _ => {}
        }
    }
    (Class::Error, rest.len())
}

/// What a word is.
fn word_class(word: &str) -> Class {
    if KEYWORDS.contains(&word) {
        Class::Keyword
    } else if TYPE_WORDS.contains(&word) || types::named(word).is_some() {
        Class::Type
    } else if constants::is_constant(word) {
        Class::Constant
    } else if Builtin::from_name(word).is_some() || word == "printf" {
        Class::Function
    } else {
        Class::Identifier
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(source: &str) -> Vec<(Class, &str)> {
        tokenize(source, 0..source.len())
            .into_iter()
            .map(|token| (token.class, &source[token.span]))
            .collect()
    }

    #[test]
    fn every_class_is_told_apart() {
        use Class as C;
        let table: &[(&str, &[(Class, &str)])] = &[
            ("", &[]),
            (
                "for(size_t i",
                &[
                    (C::Keyword, "for"),
                    (C::Operator, "("),
                    (C::Type, "size_t"),
                    (C::Identifier, "i"),
                ],
            ),
            (
                "mmap(NULL,0x1fUL",
                &[
                    (C::Function, "mmap"),
                    (C::Operator, "("),
                    (C::Constant, "NULL"),
                    (C::Operator, ","),
                    (C::Number, "0x1fUL"),
                ],
            ),
            (
                "\"a\\\"b\" '\\'' // x\n/* y\n*/",
                &[
                    (C::String, "\"a\\\"b\""),
                    (C::Character, "'\\''"),
                    (C::Comment, "// x"),
                    (C::Comment, "/* y\n*/"),
                ],
            ),
            (
                "a>>=b->c++",
                &[
                    (C::Identifier, "a"),
                    (C::Operator, ">>="),
                    (C::Identifier, "b"),
                    (C::Operator, "->"),
                    (C::Identifier, "c"),
                    (C::Operator, "++"),
                ],
            ),
            (
                "#include <x>\n;",
                &[(C::Directive, "#include <x>"), (C::Operator, ";")],
            ),
            ("\"open\n;", &[(C::Error, "\"open"), (C::Operator, ";")]),
            ("/* open", &[(C::Error, "/* open")]),
            ("é@", &[(C::Error, "é"), (C::Error, "@")]),
        ];
        for (source, expected) in table {
            assert_eq!(classes(source), *expected, "{source}");
        }
    }

    #[test]
    fn spans_point_into_the_whole_source() {
        let source = "text\nint x;\n";
        let tokens = tokenize(source, 5..11);
        assert_eq!(tokens.len(), 3);
        assert_eq!(tokens[1].span, 9..10);
        assert!(tokenize("é", 1..2).is_empty());
    }
}

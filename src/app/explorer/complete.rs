//! Completion: the names that begin as the word before the cursor does, and the function that the cursor is in.
//!
//! All names come from the compiler's own tables, so nothing is offered that does not run.

use crate::c::Variable;
use crate::c::builtins::{FUNCTIONS, Function};
use crate::c::constants;
use crate::c::tokens::{Class, tokenize};

/// Words of C that are worth completing.
const WORDS: &[&str] = &[
    "break",
    "char",
    "continue",
    "const",
    "double",
    "else",
    "for",
    "int",
    "long",
    "off_t",
    "pid_t",
    "short",
    "signed",
    "size_t",
    "sizeof",
    "ssize_t",
    "struct stat",
    "uint64_t",
    "unsigned",
    "void",
    "while",
];

/// What a name is, for the popup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A variable of the process.
    Variable,
    /// A function.
    Function,
    /// A constant of a header.
    Constant,
    /// A word of the language.
    Word,
}

/// One name that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The name.
    pub name: String,
    /// What it is.
    pub sort: Sort,
    /// A few words about it: its type, what it does.
    pub about: String,
}

/// The names that fit, one of them perhaps chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Popup {
    /// The names, those nearest at hand first.
    pub candidates: Vec<Candidate>,
    /// The one that stands in the text.
    pub chosen: Option<usize>,
    /// How many characters before the cursor are the completed word.
    pub length: usize,
}

/// The word that ends at a byte of a text; empty where none does.
pub fn word_before(text: &str, at: usize) -> &str {
    let head = text.get(..at).unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = head.rfind(|c| !is_name(c)).map_or(0, |at| {
        at + head[at..].chars().next().map_or(1, char::len_utf8)
    });
    &head[start..]
}

/// The names that begin with `word`: variables first, then functions, constants and words of the language.
pub fn candidates(word: &str, variables: &[Variable]) -> Vec<Candidate> {
    if word.is_empty() {
        return Vec::new();
    }
    let candidate = |name: &str, sort, about: String| Candidate {
        name: name.to_owned(),
        sort,
        about,
    };
    let variables = variables
        .iter()
        .map(|variable| candidate(&variable.name, Sort::Variable, variable.of.to_string()));
    let functions = FUNCTIONS
        .iter()
        .map(|function| candidate(function.name, Sort::Function, function.gist.to_owned()));
    let constants = constants::names().map(|name| {
        let value = constants::lookup(name).map_or_else(String::new, |constant| {
            crate::c::show(constant.word, &constant.of)
        });
        candidate(name, Sort::Constant, value)
    });
    let words = WORDS
        .iter()
        .map(|word| candidate(word, Sort::Word, String::new()));
    variables
        .chain(functions)
        .chain(constants)
        .chain(words)
        .filter(|candidate| candidate.name.starts_with(word) && candidate.name != word)
        .collect()
}

/// What all names begin with.
pub fn common(candidates: &[Candidate]) -> &str {
    let Some(first) = candidates.first() else {
        return "";
    };
    let shared = |other: &Candidate| {
        let pairs = first.name.bytes().zip(other.name.bytes());
        pairs.take_while(|(a, b)| a == b).count()
    };
    let length = candidates.iter().map(shared).min().unwrap_or(0);
    &first.name[..length]
}

/// The function whose name or arguments the cursor is in, and the index of the argument.
pub fn function_at(text: &str, at: usize) -> Option<(&'static Function, Option<usize>)> {
    let mut open: Vec<(Option<&'static Function>, usize)> = Vec::new();
    let mut last = None;
    let mut touched = None;
    let begins = |span: &std::ops::Range<usize>| span.start < at;
    for token in tokenize(text, 0..text.len()) {
        if !begins(&token.span) {
            break;
        }
        let word = &text[token.span.clone()];
        match (token.class, word) {
            (Class::Operator, "(") => open.push((last, 0)),
            (Class::Operator, ")") => {
                open.pop();
            }
            (Class::Operator, ",") => {
                if let Some((_, argument)) = open.last_mut() {
                    *argument += 1;
                }
            }
            _ => {}
        }
        last = (token.class == Class::Function)
            .then(|| Function::named(word))
            .flatten();
        touched = last.filter(|_| at <= token.span.end);
    }
    let inside = open
        .iter()
        .rev()
        .find_map(|(function, argument)| function.map(|function| (function, Some(*argument))));
    touched.map(|function| (function, None)).or(inside)
}

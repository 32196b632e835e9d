//! Completion: the names that begin as the word before the cursor does, and the function that the cursor is in.
//!
//! All names come from the compiler's own tables, so nothing is offered that does not run.

use crate::c::Variable;
use crate::c::builtins::{FUNCTIONS, Function};
use crate::c::constants;
use crate::c::stat::{STAT_FIELDS, stat_field};
use crate::c::tokens::{Class, tokenize};
use crate::c::types::{Kind, Type};

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

/// The flags that an argument of a function takes, by what their names begin with.
const FLAGS: [(&str, usize, &str); 16] = [
    ("mmap", 2, "PROT_"),
    ("mmap", 3, "MAP_"),
    ("mprotect", 2, "PROT_"),
    ("madvise", 2, "MADV_"),
    ("msync", 2, "MS_"),
    ("mremap", 3, "MREMAP_"),
    ("open", 1, "O_"),
    ("open", 2, "S_I"),
    ("creat", 1, "S_I"),
    ("shm_open", 1, "O_"),
    ("shm_open", 2, "S_I"),
    ("memfd_create", 1, "MFD_"),
    ("lseek", 2, "SEEK_"),
    ("posix_fadvise", 3, "POSIX_FADV_"),
    ("fallocate", 1, "FALLOC_FL_"),
    ("sync_file_range", 3, "SYNC_FILE_RANGE_"),
];

/// What may stand at a byte of a text: fields after a dot; where an argument takes flags, those first; else every name
/// that begins as the word there does.
pub fn offers(text: &str, at: usize, variables: &[Variable]) -> Vec<Candidate> {
    let word = word_before(text, at);
    let before = &text[..at - word.len()];
    if let Some(owner) = before.strip_suffix('.').or(before.strip_suffix("->")) {
        return fields(word_before(owner, owner.len()), word, variables);
    }
    let flags = function_at(text, at).and_then(|(function, argument)| {
        let wanted = |row: &&(&str, usize, &str)| (row.0, Some(row.1)) == (function.name, argument);
        FLAGS.iter().find(wanted).map(|row| row.2)
    });
    let Some(prefix) = flags else {
        return candidates(word, variables);
    };
    let others = candidates(word, variables)
        .into_iter()
        .filter(|candidate| candidate.sort != Sort::Constant);
    constants_like(prefix)
        .into_iter()
        .filter(|candidate| candidate.name.starts_with(word) && candidate.name != word)
        .chain(others)
        .collect()
}

/// The fields of a variable of a structure, of which there is one kind.
fn fields(owner: &str, word: &str, variables: &[Variable]) -> Vec<Candidate> {
    let is_stat = |of: &Type| match &of.kind {
        Kind::Stat => true,
        Kind::Pointer(to) => to.kind == Kind::Stat,
        _ => false,
    };
    let structure = variables
        .iter()
        .rfind(|variable| variable.name == owner && is_stat(&variable.of));
    if structure.is_none() {
        return Vec::new();
    }
    let names = STAT_FIELDS
        .iter()
        .filter(|name| name.starts_with(word) && **name != word);
    let candidate = |name: &&str| Candidate {
        name: (*name).to_owned(),
        sort: Sort::Variable,
        about: stat_field(name).map_or_else(String::new, |(_, of)| of.to_string()),
    };
    names.map(candidate).collect()
}

/// The constants whose names begin so.
fn constants_like(prefix: &str) -> Vec<Candidate> {
    let names = constants::names().filter(|name| name.starts_with(prefix));
    let candidate = |name: &str| Candidate {
        name: name.to_owned(),
        sort: Sort::Constant,
        about: constants::lookup(name).map_or_else(String::new, |constant| {
            crate::c::show(constant.word, &constant.of)
        }),
    };
    names.map(candidate).collect()
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

//! Observers: what `predict` and `expect` can ask of the kernel besides C expressions.
//!
//! `child.minor_faults`, `rss(p)`, `peer3.state(p)`: they are parsed as ordinary members and calls.
//! [`substitute`] finds them in an expression, has each measured, and puts the values in their places; what is left is
//! C that [`compile_expression`](super::compile_expression) compiles.

use super::ast::{Expression, ExpressionKind};
use super::types::Type;
use crate::diagnostic::Diagnostic;
use crate::mem::PageState;

/// Something the kernel can be asked about a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observer {
    /// Its name.
    pub name: &'static str,
    /// Fewest and most arguments; (0, 0) means that it is written without parentheses.
    pub arity: (usize, usize),
    /// How it is written.
    pub usage: &'static str,
    /// What it is, in one clause, with its unit.
    pub gist: &'static str,
}

/// Rows of the table.
macro_rules! observers {
    ($($name:literal ($least:literal, $most:literal) $usage:literal $gist:literal)*) => {
        /// Every observer.
        pub const OBSERVERS: &[Observer] = &[$(Observer {
            name: $name, arity: ($least, $most), usage: $usage, gist: $gist,
        }),*];
    };
}

observers! {
    "minor_faults" (0, 0) "minor_faults" "minor faults of the code it measures, in that process"
    "major_faults" (0, 0) "major_faults" "major faults of that code"
    "calls" (0, 0) "calls" "calls of that code to the kernel or to malloc; loads, stores and memset are none"
    "signal" (0, 0) "signal" "number of the signal that ended its last line, or 0"
    "signal_code" (0, 0) "signal_code" "why that signal was raised: SEGV_MAPERR, SEGV_ACCERR, BUS_ADRERR, …"
    "signal_address" (0, 0) "signal_address" "the address whose access raised it"
    "errno" (0, 0) "errno" "the error number of the last call that failed"
    "ns" (0, 0) "ns" "median time of that code's accesses, in nanoseconds"
    "vmas" (0, 0) "vmas" "number of the lesson's lines in maps"
    "page_tables" (0, 0) "page_tables" "bytes of memory that the page tables of the process take"
    "rss" (1, 2) "rss(p), rss(p, length)" "bytes resident in the VMA that holds p, or in the VMAs of a range"
    "pss" (1, 2) "pss(p), pss(p, length)" "the process's share of them: a page mapped n times counts 1/n"
    "shared_clean" (1, 2) "shared_clean(p)" "resident bytes mapped by others too, not written"
    "shared_dirty" (1, 2) "shared_dirty(p)" "resident bytes mapped by others too, written"
    "private_clean" (1, 2) "private_clean(p)" "resident bytes mapped here only, not written"
    "private_dirty" (1, 2) "private_dirty(p)" "resident bytes mapped here only, written"
    "referenced" (1, 2) "referenced(p)" "resident bytes marked as used"
    "anonymous" (1, 2) "anonymous(p)" "resident bytes that belong to no file"
    "anon_huge" (1, 2) "anon_huge(p)" "bytes in transparent huge pages"
    "huge_page_seen" (1, 2) "huge_page_seen(p)" "1 when there is a transparent huge page; unknown when not: then nothing is shown"
    "lazy_free" (1, 2) "lazy_free(p)" "bytes given up by MADV_FREE, not taken yet"
    "swap" (1, 2) "swap(p)" "bytes swapped out"
    "locked" (1, 2) "locked(p)" "bytes locked in memory"
    "present" (1, 2) "present(p), present(p, pages)" "pages, of so many from p on, that have a page-table entry"
    "state" (1, 1) "state(p)" "the state of the page at p: ABSENT, ZERO, PRIVATE, SHARED, FILE, …"
    "frame" (1, 1) "frame(p)" "number of the frame behind p (needs privilege)"
    "cached" (1, 1) "cached(fd)" "pages of the file in the page cache"
    "dirty" (1, 1) "dirty(fd)" "pages of the file changed and not written back"
    "tlb_shootdowns" (0, 0) "tlb_shootdowns" "TLB shootdowns of the whole system while that code ran"
    "tlb_shootdowns_seen" (0, 0) "tlb_shootdowns_seen" "1 when there were a hundred or more; unknown when not: then nothing is shown"
    "time" (1, 1) "time(NAME)" "median time of one round of a race's contestant, in nanoseconds"
    "faster" (2, 2) "faster(A, B)" "1 when contestant A was faster than B, 0 when it was slower; unknown within noise"
    "percent" (2, 2) "percent(A, B)" "the median of contestant A as a percentage of B's"
    "round_faults" (1, 1) "round_faults(NAME)" "faults of one round of a contestant, the median"
    "round_major_faults" (1, 1) "round_major_faults(NAME)" "major faults of one round of a contestant, the median"
}

/// Names of page states in expectations; the value is the number of the [`PageState`].
pub const STATES: &[(&str, PageState)] = &[
    ("ABSENT", PageState::Absent),
    ("ZERO", PageState::Zero),
    ("PRIVATE", PageState::Private),
    ("SHARED", PageState::Shared),
    ("FILE", PageState::File),
    ("FILE_SHARED", PageState::FileShared),
    ("SHMEM", PageState::Shmem),
    ("SHMEM_SHARED", PageState::ShmemShared),
    ("SWAPPED", PageState::Swapped),
    ("GUARD", PageState::Guard),
    ("ZERO_OR_SHARED", PageState::ZeroOrShared),
    ("UNKNOWN", PageState::Unknown),
];

impl Observer {
    /// Whether its arguments are names of contestants of a race, instead of C expressions.
    pub fn of_race(&self) -> bool {
        let names = [
            "time",
            "faster",
            "percent",
            "round_faults",
            "round_major_faults",
        ];
        names.contains(&self.name)
    }

    /// The observer of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        OBSERVERS.iter().find(|observer| observer.name == name)
    }

    /// The C type of its value: an address can be compared with pointers, everything else is a number.
    pub fn of(&self) -> Type {
        if self.name == "signal_address" {
            Type::VOID.pointer()
        } else {
            Type::LONG
        }
    }
}

/// The page state that a name of [`STATES`] stands for.
pub fn state_named(name: &str) -> Option<PageState> {
    STATES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|row| row.1)
}

/// The name of [`STATES`] that a value stands for; a value that is no state's is written as a number.
pub fn state_name(value: i64) -> String {
    let named = STATES.iter().find(|(_, state)| *state as i64 == value);
    named.map_or_else(|| value.to_string(), |(name, _)| (*name).to_owned())
}

/// Which process a prefix names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// `main.`
    Main,
    /// `child.`: the latest fork; `child2.`: the second one.
    Child(Option<u8>),
    /// `peer.`, the first; `peer3.`: the third.
    Peer(u8),
    /// `peers.`: the sum over all peers there are.
    Peers,
}

impl Prefix {
    /// The prefix written so, without its dot.
    pub fn from_name(name: &str) -> Option<Self> {
        let number = |rest: &str| match rest {
            "" => Some(None),
            digits if digits.starts_with('0') => None,
            digits => digits.parse::<u8>().ok().map(Some),
        };
        match name {
            "main" => return Some(Self::Main),
            "peers" => return Some(Self::Peers),
            _ => {}
        }
        if let Some(rest) = name.strip_prefix("child") {
            return number(rest).map(Self::Child);
        }
        number(name.strip_prefix("peer")?).map(|n| Self::Peer(n.unwrap_or(1)))
    }
}

/// What is to be measured, and where.
#[derive(Clone, Debug)]
pub enum Observation<'a> {
    /// An observer of the kernel.
    Observed {
        /// The process, when one is named.
        prefix: Option<Prefix>,
        /// What is asked.
        observer: &'static Observer,
        /// Its arguments: C expressions, evaluated in that process.
        arguments: &'a [Expression],
    },
    /// A C expression that is evaluated in another process: `child.p[3 * PAGE]`.
    Elsewhere {
        /// The process.
        prefix: Prefix,
        /// The expression without the prefix.
        expression: Expression,
    },
}

/// What `expression` as a whole asks to be measured; `None` when it is ordinary C (its parts may still ask).
pub fn observation(expression: &Expression) -> Option<Observation<'_>> {
    let (callee, arguments) = match &expression.kind {
        ExpressionKind::Call(callee, arguments) => (&**callee, arguments.as_slice()),
        _ => (expression, [].as_slice()),
    };
    let is_call = !std::ptr::eq(callee, expression);
    let (prefix, name) = match &callee.kind {
        ExpressionKind::Name(name) => (None, name.as_str()),
        ExpressionKind::Member {
            base,
            name,
            arrow: false,
            ..
        } => (base.name().and_then(Prefix::from_name), name.as_str()),
        _ => (None, ""),
    };
    let bare_member = prefix.is_none() && callee.name().is_none();
    if let Some(observer) = Observer::named(name)
        && !bare_member
        && is_call == (observer.arity.1 > 0)
        && (prefix.is_some() || name != "errno")
    {
        return Some(Observation::Observed {
            prefix,
            observer,
            arguments,
        });
    }
    let (prefix, stripped) = strip(expression)?;
    Some(Observation::Elsewhere {
        prefix,
        expression: stripped,
    })
}

/// Refuses observers with too few or too many arguments, anywhere in an expression.
pub(super) fn check(expression: &Expression) -> Result<(), Diagnostic> {
    if let Some(Observation::Observed {
        observer,
        arguments,
        ..
    }) = observation(expression)
    {
        let (least, most) = observer.arity;
        if !(least..=most).contains(&arguments.len()) {
            let plural = match (least, most) {
                _ if most > least => " or 2 arguments",
                (1, _) => " argument",
                _ => " arguments",
            };
            let message = format!(
                "`{}` takes {least}{}, not {}",
                observer.name,
                plural,
                arguments.len()
            );
            return Err(Diagnostic::new(expression.span.clone(), message)
                .help(format!("write `{}`: {}", observer.usage, observer.gist)));
        }
    }
    expression.kind.parts().into_iter().try_for_each(check)
}

/// Takes the prefix off the innermost name of a chain of members, indices and steps through pointers.
fn strip(expression: &Expression) -> Option<(Prefix, Expression)> {
    match &expression.kind {
        ExpressionKind::Member {
            base,
            name,
            name_span,
            arrow: false,
        } => {
            if let Some(prefix) = base.name().and_then(Prefix::from_name) {
                let name = ExpressionKind::Name(name.clone());
                return Some((prefix, Expression::new(name_span.clone(), name)));
            }
        }
        ExpressionKind::Member { .. } | ExpressionKind::Index(..) => {}
        _ => return None,
    }
    let mut stripped = expression.clone();
    let base = stripped.kind.parts_mut().into_iter().next()?;
    let (prefix, inner) = strip(base)?;
    *base = inner;
    Some((prefix, stripped))
}

/// Measures an observation; the expression is the whole of it as it stands in the source.
pub type Measure<'a, E> = dyn FnMut(&Observation<'_>, &Expression) -> Result<(i64, Type), E> + 'a;

/// Has everything that an expression observes measured by `measure`, outermost first, and puts the values in place.
///
/// A measured value comes with its C type: `long` for observers, that of the expression for one evaluated elsewhere.
pub fn substitute<E>(
    expression: &Expression,
    measure: &mut Measure<'_, E>,
) -> Result<Expression, E> {
    if let Some(observation) = observation(expression) {
        let (word, of) = measure(&observation, expression)?;
        return Ok(Expression::known(expression.span.clone(), word, of));
    }
    let mut result = expression.clone();
    for part in result.kind.parts_mut() {
        *part = substitute(part, measure)?;
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::parse_expression;

    /// What each observation of an expression is, in words.
    fn observed(source: &str) -> Vec<String> {
        let expression = parse_expression(source, 0..source.len()).unwrap();
        let mut seen = Vec::new();
        substitute(&expression, &mut |what, whole| {
            seen.push(match what {
                Observation::Observed {
                    prefix,
                    observer,
                    arguments,
                } => {
                    format!("{prefix:?} {} {}", observer.name, arguments.len())
                }
                Observation::Elsewhere { prefix, expression } => {
                    format!("{prefix:?}: {}", &source[expression.span.clone()])
                }
            });
            assert!(source.get(whole.span.clone()).is_some());
            Ok::<_, ()>((0, Type::LONG))
        })
        .unwrap();
        seen
    }

    #[test]
    fn an_address_compares_with_pointers_and_all_else_with_numbers() {
        let of = |name| Observer::named(name).unwrap().of().to_string();
        assert_eq!(of("signal_address"), "void *");
        assert_eq!(of("signal_code"), "long");
        assert_eq!(of("rss"), "long");
    }

    #[test]
    fn observers_and_prefixes_are_found() {
        let table: &[(&str, &[&str])] = &[
            (
                "child.minor_faults == 1",
                &["Some(Child(None)) minor_faults 0"],
            ),
            ("rss(p) == 16 * PAGE", &["None rss 1"]),
            (
                "peer3.rss(p, 4)+main.vmas",
                &["Some(Peer(3)) rss 2", "Some(Main) vmas 0"],
            ),
            (
                "child2.p[3 * PAGE] == 'A'",
                &["Child(Some(2)): child2.p[3 * PAGE]"],
            ),
            (
                "page_tables > child.page_tables",
                &["None page_tables 0", "Some(Child(None)) page_tables 0"],
            ),
            ("child.st.st_size", &["Child(None): child.st.st_size"]),
            ("peer.x", &["Peer(1): x"]),
            ("child.errno == ENOMEM", &["Some(Child(None)) errno 0"]),
            ("errno == ENOMEM", &[]),
            ("st.st_size > p[0]", &[]),
            ("child0.x", &[]),
        ];
        for (source, expected) in table {
            assert_eq!(observed(source), *expected, "{source}");
        }
    }

    #[test]
    fn every_state_has_a_name() {
        assert_eq!(STATES.len(), PageState::ALL.len());
        for (row, state) in STATES.iter().zip(PageState::ALL) {
            assert_eq!(row.1, state);
        }
    }
}

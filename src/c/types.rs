//! The types of the subset, with the sizes of Linux on 64-bit machines (LP64), and how they are written.
//!
//! See C17 6.2.5 (types), 6.3.1 (integer promotions and usual conversions). `char` has the signedness of the target.

use std::fmt::{self, Display};
use std::sync::Arc;

/// A type with its qualifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// The type itself.
    pub kind: Kind,
    /// `const`
    pub constant: bool,
    /// `volatile`
    pub volatile: bool,
}

/// A type without qualifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `void`
    Void,
    /// An integer.
    Int(Integer),
    /// A pointer to something.
    Pointer(Arc<Type>),
    /// So many of something.
    Array(Arc<Type>, u64),
    /// `struct stat`
    Stat,
    /// A function.
    Function(Arc<Signature>),
}

/// What a function takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// What it gives.
    pub result: Type,
    /// What it takes.
    pub parameters: Vec<Type>,
}

/// An integer type. Two are the same type when their ranks are; the alias is how it was written.
#[derive(Clone, Copy, Debug)]
pub struct Integer {
    /// Which of C's own types it is.
    pub rank: Rank,
    /// The name of a header it was called by: `size_t`.
    pub alias: Option<&'static str>,
}

impl PartialEq for Integer {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Integer {}

/// The integer types of C, in the order of their conversion ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the C type of that name")]
pub enum Rank {
    Bool,
    Char,
    SignedChar,
    UnsignedChar,
    Short,
    UnsignedShort,
    Int,
    UnsignedInt,
    Long,
    UnsignedLong,
    LongLong,
    UnsignedLongLong,
}

impl Rank {
    /// Bytes: 1, 2, 4 or 8.
    pub fn width(self) -> u8 {
        match self {
            Self::Bool | Self::Char | Self::SignedChar | Self::UnsignedChar => 1,
            Self::Short | Self::UnsignedShort => 2,
            Self::Int | Self::UnsignedInt => 4,
            _ => 8,
        }
    }

    /// Whether it has negative values.
    pub fn signed(self) -> bool {
        match self {
            Self::Char => std::ffi::c_char::MIN != 0,
            Self::SignedChar | Self::Short | Self::Int | Self::Long | Self::LongLong => true,
            _ => false,
        }
    }

    /// What it becomes in an expression: `int` when that holds all its values.
    #[must_use]
    pub fn promoted(self) -> Self {
        if self < Self::Int { Self::Int } else { self }
    }

    /// The type in which two promoted operands meet. With equal widths the unsigned one wins; a wider signed type
    /// holds every value of a narrower unsigned one.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        let (low, high) = (
            self.promoted().min(other.promoted()),
            self.promoted().max(other.promoted()),
        );
        match (low, high) {
            // The one pair of this data model where the higher rank cannot hold the lower's values.
            (Self::UnsignedLong, Self::LongLong) => Self::UnsignedLongLong,
            _ => high,
        }
    }

    /// A word brought into the range of this type, as a conversion does.
    pub fn wrap(self, word: i64) -> i64 {
        match (self, self.width()) {
            (Self::Bool, _) => i64::from(word != 0),
            (_, 1) if self.signed() => i64::from(word as i8),
            (_, 1) => i64::from(word as u8),
            (_, 2) if self.signed() => i64::from(word as i16),
            (_, 2) => i64::from(word as u16),
            (_, 4) if self.signed() => i64::from(word as i32),
            (_, 4) => i64::from(word as u32),
            _ => word,
        }
    }

    /// Its name in C.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "_Bool",
            Self::Char => "char",
            Self::SignedChar => "signed char",
            Self::UnsignedChar => "unsigned char",
            Self::Short => "short",
            Self::UnsignedShort => "unsigned short",
            Self::Int => "int",
            Self::UnsignedInt => "unsigned int",
            Self::Long => "long",
            Self::UnsignedLong => "unsigned long",
            Self::LongLong => "long long",
            Self::UnsignedLongLong => "unsigned long long",
        }
    }
}

/// Integer types that headers name, on 64-bit Linux.
pub const NAMED: &[(&str, Rank)] = &[
    ("size_t", Rank::UnsignedLong),
    ("ssize_t", Rank::Long),
    ("off_t", Rank::Long),
    ("pid_t", Rank::Int),
    ("mode_t", Rank::UnsignedInt),
    ("int8_t", Rank::SignedChar),
    ("int16_t", Rank::Short),
    ("int32_t", Rank::Int),
    ("int64_t", Rank::Long),
    ("uint8_t", Rank::UnsignedChar),
    ("uint16_t", Rank::UnsignedShort),
    ("uint32_t", Rank::UnsignedInt),
    ("uint64_t", Rank::UnsignedLong),
    ("intptr_t", Rank::Long),
    ("uintptr_t", Rank::UnsignedLong),
    ("ptrdiff_t", Rank::Long),
    ("bool", Rank::Bool),
];

/// The integer type that a header calls so.
pub fn named(name: &str) -> Option<Integer> {
    NAMED
        .iter()
        .find(|(alias, _)| *alias == name)
        .map(|&(alias, rank)| Integer {
            rank,
            alias: Some(alias),
        })
}

impl Type {
    /// `void`
    pub const VOID: Self = Self::plain(Kind::Void);
    /// `int`
    pub const INT: Self = Self::integer(Rank::Int);
    /// `long`
    pub const LONG: Self = Self::integer(Rank::Long);
    /// `size_t`
    pub const SIZE: Self = Self::plain(Kind::Int(Integer {
        rank: Rank::UnsignedLong,
        alias: Some("size_t"),
    }));

    /// A type without qualifiers.
    pub const fn plain(kind: Kind) -> Self {
        Self {
            kind,
            constant: false,
            volatile: false,
        }
    }

    /// An integer type.
    pub const fn integer(rank: Rank) -> Self {
        Self::plain(Kind::Int(Integer { rank, alias: None }))
    }

    /// A pointer to this.
    #[must_use]
    pub fn pointer(self) -> Self {
        Self::plain(Kind::Pointer(Arc::new(self)))
    }

    /// The same without qualifiers: what a value read from it has.
    #[must_use]
    pub fn unqualified(&self) -> Self {
        Self::plain(self.kind.clone())
    }

    /// Its rank, when it is an integer.
    pub fn rank(&self) -> Option<Rank> {
        match &self.kind {
            Kind::Int(integer) => Some(integer.rank),
            _ => None,
        }
    }

    /// What it points to, when it is a pointer.
    pub fn pointee(&self) -> Option<&Self> {
        match &self.kind {
            Kind::Pointer(pointee) => Some(pointee),
            _ => None,
        }
    }

    /// Whether a word holds it: an integer or a pointer.
    pub fn is_scalar(&self) -> bool {
        matches!(self.kind, Kind::Int(_) | Kind::Pointer(_))
    }

    /// Bytes it takes, also as the step of pointer arithmetic: 1 for `void` and functions, as gcc has it.
    pub fn size(&self) -> u64 {
        match &self.kind {
            Kind::Void | Kind::Function(_) => 1,
            Kind::Int(integer) => u64::from(integer.rank.width()),
            Kind::Pointer(_) => 8,
            Kind::Array(element, count) => element.size().saturating_mul(*count),
            Kind::Stat => size_of::<libc::stat>() as u64,
        }
    }

    /// Bytes its address must be a multiple of.
    pub fn alignment(&self) -> u64 {
        match &self.kind {
            Kind::Array(element, _) => element.alignment(),
            Kind::Stat => align_of::<libc::stat>() as u64,
            _ => self.size(),
        }
    }

    /// Width and signedness of the word that holds it; pointers are unsigned words.
    pub fn word(&self) -> (u8, bool) {
        self.rank()
            .map_or((8, false), |rank| (rank.width(), rank.signed()))
    }

    /// Its name around a declared one: `int (*f)(void)`.
    fn declare(&self, inner: &str) -> String {
        let qualified = |name: &str| {
            let constant = if self.constant { "const " } else { "" };
            let volatile = if self.volatile { "volatile " } else { "" };
            format!("{constant}{volatile}{name}")
        };
        let base = |name: &str| match inner {
            "" => qualified(name),
            inner if inner.starts_with('[') => format!("{}{inner}", qualified(name)),
            inner => format!("{} {inner}", qualified(name)),
        };
        match &self.kind {
            Kind::Void => base("void"),
            Kind::Stat => base("struct stat"),
            Kind::Int(integer) => base(integer.alias.unwrap_or(integer.rank.name())),
            Kind::Pointer(pointee) => {
                let star = qualified(if inner.is_empty() && (self.constant || self.volatile) {
                    ""
                } else {
                    inner
                });
                let star = format!("*{}", star.trim_end());
                match pointee.kind {
                    Kind::Array(..) | Kind::Function(_) => pointee.declare(&format!("({star})")),
                    _ => pointee.declare(&star),
                }
            }
            Kind::Array(element, count) => element.declare(&format!("{inner}[{count}]")),
            Kind::Function(signature) => {
                let list: Vec<String> = signature
                    .parameters
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                let list = if list.is_empty() {
                    "void".to_owned()
                } else {
                    list.join(", ")
                };
                signature.result.declare(&format!("{inner}({list})"))
            }
        }
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.declare(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_meet_as_c_says() {
        use Rank as R;
        let table = [
            (R::Char, R::Char, R::Int),
            (R::UnsignedShort, R::Bool, R::Int),
            (R::Int, R::UnsignedInt, R::UnsignedInt),
            (R::UnsignedInt, R::Long, R::Long),
            (R::Long, R::UnsignedLong, R::UnsignedLong),
            (R::UnsignedLong, R::LongLong, R::UnsignedLongLong),
        ];
        for (a, b, common) in table {
            assert_eq!((a.common(b), b.common(a)), (common, common));
        }
    }

    #[test]
    fn types_are_written_as_in_c() {
        let char_type = Type::integer(Rank::Char);
        let constant = Type {
            constant: true,
            ..char_type.clone()
        };
        let function = Type::plain(Kind::Function(Arc::new(Signature {
            result: Type::INT,
            parameters: vec![Type::SIZE],
        })));
        let array = Type::plain(Kind::Array(Arc::new(char_type.clone()), 16));
        let table = [
            (char_type.clone().pointer(), "char *"),
            (constant.clone().pointer().pointer(), "const char **"),
            (
                Type {
                    constant: true,
                    ..char_type.pointer()
                },
                "char *const",
            ),
            (function.clone().pointer(), "int (*)(size_t)"),
            (array.clone(), "char[16]"),
            (array.pointer(), "char (*)[16]"),
        ];
        for (ty, text) in table {
            assert_eq!(ty.to_string(), text);
        }
    }
}

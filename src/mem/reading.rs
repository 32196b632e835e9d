//! A fact of the kernel that may not be readable here.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What was read, or why it could not be: an unknown is never shown as zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading<T> {
    /// The kernel said so.
    Known(T),
    /// Not readable here, and why, as a clause: `frame numbers need CAP_SYS_ADMIN`.
    Unknown(String),
}

impl<T> Reading<T> {
    /// An unknown with its reason.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self::Unknown(reason.into())
    }

    /// The value, where there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The reason, where there is no value.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(reason) => Some(reason),
        }
    }

    /// The same with the value changed by `change`; an unknown stays one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Known(value) => Reading::Known(change(value)),
            Self::Unknown(reason) => Reading::Unknown(reason),
        }
    }

    /// A borrowed view, for reading a field of what is known.
    pub fn as_ref(&self) -> Reading<&T> {
        match self {
            Self::Known(value) => Reading::Known(value),
            Self::Unknown(reason) => Reading::Unknown(reason.clone()),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Reading<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::Unknown(reason) => write!(f, "unknown: {reason}"),
        }
    }
}

//! `struct stat`, the one structure there is: its fields where the C library of this target has them, see
//! stat(3type). Offsets and widths come from the `libc` crate, names of types from the man page.

use super::types::{Integer, Kind, Rank, Type};

/// A field of `struct stat`: its offset and type on this target, see stat(3type).
pub fn stat_field(name: &str) -> Option<(u32, Type)> {
    macro_rules! fields {
        ($($field:ident as $alias:expr),* $(,)?) => {
            match name {
                $(stringify!($field) => Some((
                    std::mem::offset_of!(libc::stat, $field) as u32,
                    field_type(|stat: &libc::stat| &raw const stat.$field, $alias),
                )),)*
                _ => None,
            }
        };
    }
    fields! {
        st_dev as None, st_ino as None, st_mode as Some("mode_t"), st_nlink as None, st_uid as None,
        st_gid as None, st_rdev as None, st_size as Some("off_t"), st_blksize as None,
        st_blocks as None, st_atime as None, st_mtime as None, st_ctime as None,
    }
}

/// The names of the fields of `struct stat`.
pub const STAT_FIELDS: &[&str] = &[
    "st_dev",
    "st_ino",
    "st_mode",
    "st_nlink",
    "st_uid",
    "st_gid",
    "st_rdev",
    "st_size",
    "st_blksize",
    "st_blocks",
    "st_atime",
    "st_mtime",
    "st_ctime",
];

/// An integer type of Rust that has a namesake in C.
trait Field {
    const RANK: Rank;
}

impl Field for u32 {
    const RANK: Rank = Rank::UnsignedInt;
}

impl Field for i32 {
    const RANK: Rank = Rank::Int;
}

impl Field for u64 {
    const RANK: Rank = Rank::UnsignedLong;
}

impl Field for i64 {
    const RANK: Rank = Rank::Long;
}

/// The C type of a field, taken from its Rust type.
fn field_type<T: Field>(_: fn(&libc::stat) -> *const T, alias: Option<&'static str>) -> Type {
    Type::plain(Kind::Int(Integer {
        rank: T::RANK,
        alias,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_the_c_library_has_them() {
        let (offset, ty) = stat_field("st_size").unwrap();
        assert_eq!(offset as usize, std::mem::offset_of!(libc::stat, st_size));
        assert_eq!((ty.to_string().as_str(), ty.size()), ("off_t", 8));
        assert!(STAT_FIELDS.iter().all(|field| stat_field(field).is_some()));
        assert!(stat_field("st_none").is_none());
    }
}

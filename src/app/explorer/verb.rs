//! What can be done with a chosen page, each as the C that a learner would write.
//!
//! Read mmap(2), mprotect(2), madvise(2), mlock(2), msync(2).

use super::Explorer;
use super::cursor::{Cursor, mapping, run_of};
use crate::app::keys::{Action, Context, valid_in};
use crate::app::scene::Scene;
use crate::c::constants;
use crate::observe::Mapping;

/// What is done with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads a byte of it.
    Read,
    /// Writes a byte of it.
    Write,
    /// Forks the process.
    Fork,
    /// Takes the right to write it, or gives it back.
    Protect,
    /// Forbids every access.
    Forbid,
    /// Takes it out of the address space.
    Unmap,
    /// Holds it in memory, or no longer.
    Lock,
    /// Writes it to its file.
    Sync,
    /// Gives the kernel an advice: `MADV_DONTNEED`.
    Advise(&'static str),
}

/// Every verb with what it does, most used first.
const VERBS: [(Verb, &str); 19] = [
    (Verb::Read, "read a byte"),
    (Verb::Write, "write a byte"),
    (Verb::Fork, "copy the process"),
    (Verb::Protect, "make it read-only, or writable again"),
    (
        Verb::Advise("MADV_DONTNEED"),
        "drop it: what is in it is not needed",
    ),
    (Verb::Unmap, "take it out of the address space"),
    (Verb::Lock, "hold it in memory, or no longer"),
    (Verb::Forbid, "forbid every access"),
    (Verb::Sync, "write it to its file"),
    (
        Verb::Advise("MADV_POPULATE_READ"),
        "bring it in now, for reading",
    ),
    (
        Verb::Advise("MADV_POPULATE_WRITE"),
        "bring it in now, for writing",
    ),
    (
        Verb::Advise("MADV_WILLNEED"),
        "it will be needed: begin to read it",
    ),
    (
        Verb::Advise("MADV_COLD"),
        "take it before others when memory is short",
    ),
    (
        Verb::Advise("MADV_PAGEOUT"),
        "take it out of memory, keep what is in it",
    ),
    (
        Verb::Advise("MADV_FREE"),
        "take it when memory is short, drop what is in it",
    ),
    (
        Verb::Advise("MADV_GUARD_INSTALL"),
        "a guard page: no access, no VMA of its own",
    ),
    (Verb::Advise("MADV_GUARD_REMOVE"), "no guard page any more"),
    (Verb::Advise("MADV_DONTFORK"), "leave it out of children"),
    (Verb::Advise("MADV_WIPEONFORK"), "zeros in children"),
];

/// A verb as it stands in the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it does.
    pub verb: Verb,
    /// The key that does it at once, where one does.
    pub key: Option<String>,
    /// The line it types.
    pub code: String,
    /// What that does, in a few words.
    pub words: &'static str,
}

/// The verb that an action of the key table stands for.
pub fn of(action: Action) -> Option<Verb> {
    Some(match action {
        Action::ReadPage => Verb::Read,
        Action::WritePage => Verb::Write,
        Action::Fork => Verb::Fork,
        Action::ProtectPage => Verb::Protect,
        Action::DropPage => Verb::Advise("MADV_DONTNEED"),
        Action::UnmapPage => Verb::Unmap,
        Action::LockPage => Verb::Lock,
        _ => return None,
    })
}

/// The key that does it at once.
fn key(verb: Verb) -> Option<String> {
    let mut bindings = valid_in(Context::Cursor);
    let binding = bindings.find(|binding| of(binding.action) == Some(verb))?;
    binding.chords.first().map(ToString::to_string)
}

/// All that can be done with a page here.
pub fn offers(scene: &Scene<'_>, explorer: &Explorer, cursor: Cursor) -> Vec<Offer> {
    let Some((mapping, size)) = mapping(scene, cursor) else {
        return Vec::new();
    };
    let place = place(scene, explorer, cursor, (mapping, size));
    let offer = |(verb, words): (Verb, &'static str)| {
        Some(Offer {
            verb,
            key: key(verb),
            code: code(verb, mapping, &place)?,
            words,
        })
    };
    VERBS.into_iter().filter_map(offer).collect()
}

/// The statement that does `verb` with a page, as a learner would write it; `None` where there is nothing to do.
pub fn statement(
    scene: &Scene<'_>,
    explorer: &Explorer,
    cursor: Cursor,
    verb: Verb,
) -> Option<String> {
    let (mapping, size) = mapping(scene, cursor)?;
    let place = place(scene, explorer, cursor, (mapping, size));
    code(verb, mapping, &place)
}

fn code(verb: Verb, mapping: &Mapping, place: &Place) -> Option<String> {
    let pointer = place.pointer();
    Some(match verb {
        Verb::Read => format!("{};", place.element()),
        Verb::Write => format!("{} = 'x';", place.element()),
        Verb::Fork => "fork();".to_owned(),
        Verb::Protect if mapping.vma.perms.write => {
            format!("mprotect({pointer}, PAGE, PROT_READ);")
        }
        Verb::Protect => format!("mprotect({pointer}, PAGE, PROT_READ | PROT_WRITE);"),
        Verb::Forbid => format!("mprotect({pointer}, PAGE, PROT_NONE);"),
        Verb::Unmap => format!("munmap({pointer}, PAGE);"),
        Verb::Lock if mapping.flags.iter().any(|flag| flag == "lo") => {
            format!("munlock({pointer}, PAGE);")
        }
        Verb::Lock => format!("mlock({pointer}, PAGE);"),
        Verb::Sync if mapping.vma.backing.is_file() && mapping.vma.perms.shared => {
            format!("msync({pointer}, PAGE, MS_SYNC);")
        }
        Verb::Sync => return None,
        Verb::Advise(advice) => {
            constants::lookup(advice)?;
            format!("madvise({pointer}, PAGE, {advice});")
        }
    })
}

/// A page as the code names it.
struct Place {
    /// A `char *`, and whether it binds looser than `[…]`.
    base: (String, bool),
    /// From there, in C: `3 * PAGE`, `0`.
    offset: String,
}

impl Place {
    /// The first byte of the page.
    fn element(&self) -> String {
        let (base, loose) = &self.base;
        if *loose {
            format!("({base})[{}]", self.offset)
        } else {
            format!("{base}[{}]", self.offset)
        }
    }

    /// A pointer to the page.
    fn pointer(&self) -> String {
        match self.offset.as_str() {
            "0" => self.base.0.clone(),
            offset => format!("{} + {offset}", self.base.0),
        }
    }
}

/// Names the page by the nearest variable before it in its mapping; by its bare address where there is none.
fn place(
    scene: &Scene<'_>,
    explorer: &Explorer,
    cursor: Cursor,
    (mapping, size): (&Mapping, u64),
) -> Place {
    let variables = explorer.variables.get(&cursor.process);
    let of = |name: &str| {
        variables?
            .variables
            .iter()
            .rfind(|variable| variable.name == name)
    };
    let named = scene
        .names_in(cursor.process, run_of(scene, cursor, mapping))
        .into_iter()
        .filter(|name| name.address <= cursor.address)
        .filter_map(|name| Some((name, of(&name.name)?.of.to_string())))
        .rfind(|(_, of)| of.ends_with('*'));
    let Some((name, of)) = named else {
        let base = format!("(char *) {}", cursor.address);
        return Place {
            base: (base, true),
            offset: "0".to_owned(),
        };
    };
    let bytes = of == "char *" || of == "unsigned char *";
    let base = if bytes {
        name.name.clone()
    } else {
        format!("(char *) {}", name.name)
    };
    let distance = cursor.address.0 - name.address.0;
    let offset = match (distance / size, distance % size) {
        (0, 0) => "0".to_owned(),
        (1, 0) => "PAGE".to_owned(),
        (pages, 0) => format!("{pages} * PAGE"),
        _ => distance.to_string(),
    };
    Place {
        base: (base, !bytes),
        offset,
    }
}

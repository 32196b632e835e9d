//! What the learner calls a mapping: the C variable that was given its address.

use crate::mem::{Addr, Process};
use crate::session::timeline::Line;

/// A variable and the address it was last given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The process whose variable it is.
    pub process: Process,
    /// As the code has it: `p`, `st.st_size`.
    pub name: String,
    /// The pointer it holds.
    pub address: Addr,
}

/// Takes in a line that has run: the pointer it put into a variable, if it did, replaces what the variable held.
pub(super) fn add(names: &mut Vec<Name>, line: &Line) {
    let Some(name) = assigned(&line.code) else {
        return;
    };
    let Some(address) = line.result.as_deref().and_then(pointer) else {
        names.retain(|known| known.process != line.process || known.name != name);
        return;
    };
    // A group has such a variable in each of its processes.
    for &(process, _) in &line.faults {
        names.retain(|known| known.process != process || known.name != name);
        let name = name.clone();
        names.push(Name {
            process,
            name,
            address,
        });
    }
}

impl Name {
    /// Whether `process` knows the variable: it is its own, or a child has it from its parent.
    pub fn is_known_to(&self, process: Process) -> bool {
        let inherits = self.process == Process::Main && matches!(process, Process::Child(_));
        self.process == process || inherits
    }
}

/// The variable a statement assigns: `p` in `char *p = mmap(…)` and in `p = q + 1`.
fn assigned(code: &str) -> Option<String> {
    let equals = code.find('=')?;
    let before = code[..equals].trim_end();
    let compound = before.ends_with(['!', '<', '>', '+', '-', '*', '/', '|', '&', '^', '%']);
    let declared = !code[equals + 1..].starts_with('=') && !compound;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = before.rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
    let name = &before[start..];
    let lead = before[..start].trim_end();
    // `for (int i = 0; …)` and `p[3] = 'B'` give no pointer a name; `*p = 1` writes through one.
    let plain = !lead.contains(['(', '[', '.']) && (!lead.starts_with('*'));
    (declared && plain && !name.is_empty()).then(|| name.to_owned())
}

/// A result that is an address.
fn pointer(result: &str) -> Option<Addr> {
    let digits = result.strip_prefix("0x")?;
    let end = digits
        .find(|c: char| !c.is_ascii_hexdigit())
        .unwrap_or(digits.len());
    u64::from_str_radix(&digits[..end], 16)
        .ok()
        .filter(|addr| *addr != 0)
        .map(Addr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_assignment_gives_a_name() {
        let table = [
            (
                "char *p = mmap(NULL, 16 * PAGE, PROT_READ, 0, -1, 0);",
                Some("p"),
            ),
            ("q = p;", Some("q")),
            ("void *const volatile_copy=p;", Some("volatile_copy")),
            ("p[3 * PAGE] = 'B';", None),
            ("*p = 'B';", None),
            ("p == q;", None),
            ("n += 4;", None),
            ("for (int i = 0; i < 4; i++) p[i] = 1;", None),
            ("fork();", None),
        ];
        for (code, name) in table {
            assert_eq!(assigned(code).as_deref(), name, "{code}");
        }
    }

    #[test]
    fn a_child_knows_the_variables_of_its_parent_and_a_peer_only_its_own() {
        let table = [
            (Process::Main, Process::Main, true),
            (Process::Main, Process::Child(2), true),
            (Process::Main, Process::Peer(1), false),
            (Process::Child(1), Process::Main, false),
            (Process::Peer(1), Process::Main, false),
            (Process::Peer(1), Process::Peer(2), false),
        ];
        for (process, asked, known) in table {
            let name = Name {
                process,
                name: "p".into(),
                address: Addr(0x1000),
            };
            assert_eq!(name.is_known_to(asked), known, "{process} {asked}");
        }
    }

    #[test]
    fn only_an_address_names_a_mapping() {
        assert_eq!(pointer("0x1000000000"), Some(Addr(0x10_0000_0000)));
        assert_eq!(pointer("0x10 (p)"), Some(Addr(0x10)));
        assert_eq!(pointer("3"), None);
        assert_eq!(pointer("0x0"), None);
    }
}

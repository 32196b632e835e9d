//! Why an access was refused, in words: what is mapped at the address, what it allows, where the file ends.
//!
//! Pure. See sigaction(2) for the codes. Pages are counted from the start of the VMA, as the grids count them; pages
//! of a file from the start of the file.

use crate::mem::{AccessKind, Addr, Bytes, PageSize, PageState, Perms, Signal, Vma};
use crate::observe::{Mapping, Snapshot};

/// Where a signal was raised.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The process as it was found afterwards; nothing ran in between.
    pub after: Option<&'a Snapshot>,
    /// The process before the statement.
    pub before: Option<&'a Snapshot>,
    /// Size of a page.
    pub page_size: PageSize,
}

/// The clause that explains `signal`, raised by an access of `kind` at `address`.
pub fn why(scene: Scene<'_>, signal: Signal, kind: AccessKind, address: Addr) -> String {
    // The kernel leaves si_addr 0 where it does not know it; then the access itself says where.
    let at = if signal.address.0 == 0 {
        address
    } else {
        signal.address
    };
    let mapping = scene.after.and_then(|after| after.mapping_at(at));
    match (signal.number, mapping) {
        (libc::SIGSEGV, Some(mapping)) => refused(scene, mapping, kind, at),
        (libc::SIGSEGV, None) => unmapped(scene, at),
        (libc::SIGBUS, Some(mapping)) => beyond(scene.page_size, mapping, signal, at),
        (libc::SIGBUS, None) => "the page could not be had".to_owned(),
        (libc::SIGILL, _) => "the bytes there are no instruction".to_owned(),
        (libc::SIGFPE, _) => "division by zero".to_owned(),
        (libc::SIGTRAP, _) => "a breakpoint instruction was reached".to_owned(),
        _ => signal.code_name(),
    }
}

fn refused(scene: Scene<'_>, mapping: &Mapping, kind: AccessKind, at: Addr) -> String {
    let page = page(scene.page_size, &mapping.vma, at);
    let perms = mapping.vma.perms;
    let state = scene.after.map_or(PageState::Unknown, |after| {
        after.state_at(at, scene.page_size)
    });
    if state == PageState::Guard {
        return format!("{page} is a guard page: no access is allowed");
    }
    let none = Perms {
        shared: perms.shared,
        ..Perms::default()
    };
    if perms == none {
        return format!("{page} is mapped {perms} (PROT_NONE): no access is allowed");
    }
    match kind {
        AccessKind::Write if !perms.write => {
            format!("{page} is mapped {perms}: writing is not allowed")
        }
        AccessKind::Read if !perms.read => {
            format!("{page} is mapped {perms}: reading is not allowed")
        }
        AccessKind::Execute if !perms.execute => {
            format!("{page} is mapped {perms}: running code there is not allowed")
        }
        // The code was allowed to run, and itself touched what it must not.
        AccessKind::Execute => format!("the code that ran reached {page}, mapped {perms}"),
        _ => format!("{page} is mapped {perms}, yet the kernel refused the access"),
    }
}

fn unmapped(scene: Scene<'_>, at: Addr) -> String {
    let page_bytes = scene.page_size.bytes();
    if at.0 < page_bytes {
        return if at.0 == 0 {
            "the address is NULL: nothing is mapped there".to_owned()
        } else {
            format!("{at} is NULL plus {}: nothing is mapped there", at.0)
        };
    }
    // x86-64 refuses addresses whose upper bits are not all alike without looking at any page table.
    if at.0 >> 56 != 0 {
        return format!("{at} is no address that a program can have");
    }
    if scene
        .before
        .is_some_and(|before| before.mapping_at(at).is_some())
    {
        return "nothing is mapped there any more".to_owned();
    }
    let lesson = || {
        scene
            .after
            .into_iter()
            .flat_map(Snapshot::lesson_mappings)
            .map(|mapping| &mapping.vma)
    };
    let pages = |vma: &Vma| count(scene.page_size.pages(vma.range.length()), "page");
    if let Some(vma) = lesson().find(|vma| at.0.wrapping_sub(vma.range.end.0) < page_bytes) {
        let past = at.0 - vma.range.end.0;
        let distance = if past == 0 {
            "just past".to_owned()
        } else {
            format!("{} past", Bytes(past))
        };
        return format!(
            "{distance} the end of the mapping at {}, which has {}: nothing is mapped there",
            vma.range.start,
            pages(vma)
        );
    }
    if let Some(vma) = lesson().find(|vma| vma.range.start.0.wrapping_sub(at.0) <= page_bytes) {
        return format!(
            "just before the mapping at {}: nothing is mapped there",
            vma.range.start
        );
    }
    format!("nothing is mapped at {at}")
}

fn beyond(page_size: PageSize, mapping: &Mapping, signal: Signal, at: Addr) -> String {
    if signal.code_name() == "BUS_ADRALN" {
        return format!("{at} is not aligned for this access");
    }
    if mapping.vma.backing.is_hugetlb() {
        return "of the huge pages set aside (vm.nr_hugepages) none is free".to_owned();
    }
    if !mapping.vma.backing.is_file() {
        return "no frame could be had for the page".to_owned();
    }
    let of_file = page_size.number(Addr(mapping.vma.file_offset(at)));
    match mapping.file_length {
        Some(length) if of_file >= page_size.pages(length) => format!(
            "beyond the end of the file: the file has {}, this is page {of_file}",
            count(page_size.pages(length), "page")
        ),
        Some(_) => "within the file, but the page could not be had: no space left, or a read error"
            .to_owned(),
        None => "most likely beyond the end of the file".to_owned(),
    }
}

fn page(page_size: PageSize, vma: &Vma, at: Addr) -> String {
    match page_size.index_in(vma.range, at) {
        Some(index) => format!("page {index}"),
        None => at.to_string(),
    }
}

fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

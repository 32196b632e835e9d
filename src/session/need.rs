//! What a step cannot do without: whether this machine has it, and if not, what is missing and what can be done.

use super::stage::Machine;
use crate::lesson::Need;
use crate::mem::Reading;
use crate::observe::is_in_memory;

/// Why a need is not met here, with what the learner can do about it; `None` when it is met.
pub fn lacking(need: Need, machine: &Machine) -> Option<String> {
    let offers = &machine.offers;
    match need {
        Need::DiskFileSystem => on_disk(machine),
        Need::Glibc => (!cfg!(target_env = "gnu"))
            .then(|| "needs glibc: this program was built with another C library".to_owned()),
        Need::X86_64 => (!cfg!(target_arch = "x86_64"))
            .then(|| "needs an x86-64 processor: its machine code is for no other".to_owned()),
        Need::Frames => (!machine.privileged).then(|| {
            "needs frame numbers: the kernel shows them to CAP_SYS_ADMIN only; \
             run the program as root to see them"
                .to_owned()
        }),
        Need::FreeHugePages => refused(
            "free huge pages",
            &offers.huge_pages,
            "root can reserve some: `echo 16 > /proc/sys/vm/nr_hugepages`",
        ),
        Need::Thp => refused(
            "transparent huge pages",
            &offers.thp,
            "root can allow them: `echo madvise > /sys/kernel/mm/transparent_hugepage/enabled`",
        ),
        Need::Jit => refused(
            "memory that is written first and run afterwards",
            &offers.jit,
            "a security policy forbids it (SELinux execmem, PR_SET_MDWE): try it outside of that container or service",
        ),
        Need::Cachestat => refused(
            "cachestat(2)",
            &offers.cachestat,
            "it came with Linux 6.5, and some containers refuse it: try it outside of one",
        ),
        Need::TwoCpus => (offers.cpus < 2).then(|| {
            "needs two CPUs: this program may use only one; give the machine or the container \
             another, or start the program without `taskset`"
                .to_owned()
        }),
    }
}

/// The sentence of something that the kernel does not give.
fn refused(what: &str, offer: &Reading<()>, remedy: &str) -> Option<String> {
    let why = offer.reason()?;
    Some(format!("needs {what}: {why}; {remedy}"))
}

fn on_disk(machine: &Machine) -> Option<String> {
    is_in_memory(&machine.file_system).then(|| {
        format!(
            "needs files on a disk: the scratch directory {} is on {}; set XDG_CACHE_HOME to a directory on a disk",
            machine.scratch.display(),
            machine.file_system
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::PageSize;
    use crate::observe::Offers;

    fn machine(file_system: &str, offers: Offers) -> Machine {
        Machine {
            kernel: "6.18.0".to_owned(),
            page_size: PageSize::new(4096).unwrap(),
            privileged: false,
            file_system: file_system.to_owned(),
            scratch: "/scratch".into(),
            offers,
        }
    }

    #[test]
    fn what_is_missing_is_said_with_what_can_be_done() {
        let none = || Reading::unknown("not here");
        let poor = Offers {
            huge_pages: none(),
            thp: none(),
            jit: none(),
            cachestat: none(),
            cpus: 1,
        };
        let table = [
            (
                Need::DiskFileSystem,
                "needs files on a disk",
                "XDG_CACHE_HOME",
            ),
            (Need::Frames, "needs frame numbers", "as root"),
            (
                Need::FreeHugePages,
                "needs free huge pages: not here",
                "nr_hugepages",
            ),
            (
                Need::Thp,
                "needs transparent huge pages: not here",
                "enabled",
            ),
            (Need::Jit, "needs memory that is written first", "policy"),
            (Need::Cachestat, "needs cachestat(2): not here", "Linux 6.5"),
            (Need::TwoCpus, "needs two CPUs", "taskset"),
        ];
        let here = machine("tmpfs", poor);
        let rich = Machine {
            privileged: true,
            ..machine("ext4", Offers::all())
        };
        for (need, missing, remedy) in table {
            let said = lacking(need, &here).unwrap();
            assert!(said.starts_with(missing) && said.contains(remedy), "{said}");
            assert_eq!(lacking(need, &rich), None, "{need:?}");
        }
    }
}

//! Which of the devices that a process's files lie on are memory: a file of tmpfs is shared memory under another name,
//! and no kernel can write it back. By `/proc/<pid>/mountinfo`, as the process sees the mounts; see proc(5).

use crate::mem::Pid;
use crate::observe::is_in_memory;
use std::collections::HashMap;

/// Major and minor number.
pub(super) type Device = (u32, u32);

/// What is known of the devices of one process. Asked of the kernel when a device is met for the first time.
#[derive(Clone, Debug, Default)]
pub(super) struct Devices {
    pid: Option<Pid>,
    known: HashMap<Device, bool>,
}

impl Devices {
    /// Of a process. (Without one, every device is taken for a disk.)
    pub(super) fn of(pid: Pid) -> Self {
        Self {
            pid: Some(pid),
            known: HashMap::new(),
        }
    }

    /// With a device that is memory.
    #[cfg(test)]
    pub(super) fn with(device: Device) -> Self {
        Self {
            pid: None,
            known: HashMap::from([(device, true)]),
        }
    }

    /// Whether it is memory; `None` where it was not met yet.
    pub(super) fn known(&self, device: Device) -> Option<bool> {
        // Only file systems without a device of their own have this number.
        if device.0 != 0 {
            return Some(false);
        }
        self.known.get(&device).copied()
    }

    /// Whether it is memory.
    pub(super) fn is_memory(&mut self, device: Device) -> bool {
        self.known(device).unwrap_or_else(|| {
            let mounts = self
                .pid
                .map(|pid| std::fs::read(format!("/proc/{pid}/mountinfo")));
            let mounts = mounts.and_then(Result::ok).unwrap_or_default();
            let is_memory = is_memory(&mounts, device);
            self.known.insert(device, is_memory);
            is_memory
        })
    }
}

/// What mountinfo says of a device: `36 35 0:25 / /tmp rw - tmpfs tmpfs rw`.
fn is_memory(mounts: &[u8], (major, minor): Device) -> bool {
    let wanted = format!("{major}:{minor}");
    let kind = mounts.split(|&byte| byte == b'\n').find_map(|line| {
        let line = std::str::from_utf8(line).ok()?;
        if line.split(' ').nth(2)? != wanted {
            return None;
        }
        let (_, system) = line.split_once(" - ")?;
        system.split(' ').next()
    });
    kind.is_some_and(is_in_memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_mount_is_that_of_its_device() {
        let mounts = b"22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n\
            24 22 0:22 / /dev/shm rw,nosuid shared:1 master:2 - tmpfs tmpfs rw\n\
            no line\n\xff\xfe\n\
            25 22 0:23 / /mnt/a\\040b rw - overlay none rw\n\
            26 22 0:24 / /r rw - ramfs none rw\n";
        let table = [
            ((254, 0), false),
            ((0, 22), true),
            ((0, 23), false),
            ((0, 24), true),
            ((0, 2), false),
            ((0, 99), false),
        ];
        for (device, expected) in table {
            assert_eq!(is_memory(mounts, device), expected, "{device:?}");
        }
    }

    #[test]
    fn a_device_is_asked_for_once() {
        let mut devices = Devices::default();
        assert_eq!(devices.known((8, 1)), Some(false));
        assert_eq!(devices.known((0, 9)), None);
        assert!(!devices.is_memory((0, 9)));
        assert_eq!(devices.known((0, 9)), Some(false));
    }
}

//! What a lab may send that no lab does: a lesson's machine code has the socket too. Tests only.

use super::course::Course;
use super::link::Link;
use super::{Entry, Handle, LabError, Labs, send_settings};
use crate::lab::protocol::{BODY_BYTES, Done, Forked, Header, MOST_ACTS, Record, VERSION, tell};
use crate::mem::{Control, Outcome, Pid, Process, Progress, Settings};
use nix::sys::socket::{
    AddressFamily, ControlMessage, MsgFlags, SockFlag, SockType, sendmsg, socketpair,
};
use proptest::prelude::*;
use std::cell::OnceCell;
use std::io::IoSlice;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that does nothing, and leads a group of its own.
fn sleeper() -> Child {
    Command::new("sleep")
        .arg("60")
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

/// A tutor whose only lab says what the test wants.
struct Liar {
    labs: Labs,
    socket: OwnedFd,
}

impl Liar {
    fn new() -> Self {
        let (ours, socket) = socketpair(
            AddressFamily::Unix,
            SockType::SeqPacket,
            None,
            SockFlag::SOCK_CLOEXEC,
        )
        .unwrap();
        let pid = Pid(sleeper().id() as i32);
        let entry = Entry {
            process: Process::Main,
            handle: Handle::open(pid),
            group: pid,
            link: Link::new(ours),
            fate: OnceCell::new(),
        };
        let labs = Labs {
            executable: "/nowhere".into(),
            scratch: "/nowhere".into(),
            settings: Settings::default(),
            entries: vec![entry],
            shared: Vec::new(),
            landlock: 0,
        };
        Self { labs, socket }
    }

    fn say_with(&self, kind: u16, body: &[u8], descriptors: &[RawFd]) -> nix::Result<()> {
        let header = Header {
            version: VERSION,
            kind,
            length: body.len() as u32,
        };
        let parts = [
            IoSlice::new(bytemuck::bytes_of(&header)),
            IoSlice::new(body),
        ];
        let rights = [ControlMessage::ScmRights(descriptors)];
        let rights = if descriptors.is_empty() {
            &[][..]
        } else {
            &rights
        };
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        sendmsg::<()>(self.socket.as_raw_fd(), &parts, rights, flags, None).map(drop)
    }

    fn say(&self, kind: u16, body: &[u8]) {
        self.say_with(kind, body, &[]).unwrap();
    }

    fn done(&self) {
        self.say(tell::DONE, bytemuck::bytes_of(&Done::default()));
    }

    /// Follows a statement to its end.
    fn follow(&mut self) -> Outcome {
        let watch = &mut |_: &Progress| Control::Continue;
        Course::new(&mut self.labs, 0, watch).run().remove(0).1
    }
}

fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn only_processes_of_the_lesson_are_taken_for_its_children() {
    let mut bystander = sleeper();
    let mut liar = Liar::new();
    let (end, _other) = socketpair(
        AddressFamily::Unix,
        SockType::SeqPacket,
        None,
        SockFlag::SOCK_CLOEXEC,
    )
    .unwrap();
    let forked = Forked {
        pid: bystander.id() as i32,
        errno: 0,
    };
    liar.say_with(tell::FORK, &[], &[end.as_raw_fd()]).unwrap();
    liar.say(tell::FORKED, bytemuck::bytes_of(&forked));
    liar.done();
    liar.follow();
    assert_eq!(liar.labs.processes().len(), 1);
    drop(liar);
    assert!(bystander.try_wait().unwrap().is_none(), "it was killed");
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

#[test]
fn whatever_is_in_the_group_of_a_lab_ends_with_it() {
    let liar = Liar::new();
    let group = liar.labs.entries[0].group;
    let mut hidden = Command::new("sleep")
        .arg("60")
        .process_group(group.0)
        .spawn()
        .unwrap();
    drop(liar);
    hidden.wait().unwrap();
}

#[test]
fn acts_and_output_are_bounded() {
    let mut liar = Liar::new();
    let socket = liar.socket.try_clone().unwrap();
    let records = vec![0_u8; BODY_BYTES / size_of::<Record>() * size_of::<Record>()];
    let flood = std::thread::spawn(move || {
        let liar = |kind, body: &[u8]| {
            let header = Header {
                version: VERSION,
                kind,
                length: body.len() as u32,
            };
            let parts = [
                IoSlice::new(bytemuck::bytes_of(&header)),
                IoSlice::new(body),
            ];
            let flags = MsgFlags::MSG_NOSIGNAL;
            sendmsg::<()>(socket.as_raw_fd(), &parts, &[], flags, None).unwrap();
        };
        let messages = MOST_ACTS as usize / (records.len() / size_of::<Record>()) + 10;
        for _ in 0..messages {
            liar(tell::RECORDS, &records);
            liar(tell::OUTPUT, &records);
        }
        liar(tell::DONE, bytemuck::bytes_of(&Done::default()));
    });
    let outcome = liar.follow();
    flood.join().unwrap();
    assert_eq!(outcome.acts.len() as u64, MOST_ACTS);
    assert_eq!(outcome.output.len(), crate::lab::protocol::OUTPUT_BYTES);
}

#[test]
fn only_names_of_this_tutor_are_remembered() {
    let mut liar = Liar::new();
    let own = format!("/mmap-tutor-{}-note", std::process::id());
    let names: [&[u8]; 5] = [
        b"/somebody-elses",
        b"",
        b"/mmap-tutor-1-note",
        &[own.as_bytes(), b"/../x"].concat(),
        own.as_bytes(),
    ];
    for name in names {
        liar.say(tell::SHARED_MADE, name);
    }
    liar.done();
    liar.follow();
    let kept: Vec<_> = liar
        .labs
        .shared
        .iter()
        .map(|name| name.to_bytes())
        .collect();
    assert_eq!(kept, [own.as_bytes()]);
}

#[test]
fn descriptors_that_are_sent_along_do_not_stay_open() {
    let mut liar = Liar::new();
    let (mine, _) = nix::unistd::pipe().unwrap();
    let many = [mine.as_raw_fd(); 200];
    // Other tests open and close descriptors meanwhile, but not thousands.
    let before = open_descriptors();
    for _ in 0..20 {
        for _ in 0..3 {
            liar.say_with(tell::WAITING, &[], &many).unwrap();
        }
        liar.done();
        liar.follow();
    }
    assert!(open_descriptors() < before + 500);
}

#[test]
fn a_lab_that_chatters_instead_of_obeying_is_given_up() {
    let mut liar = Liar::new();
    let socket = liar.socket.try_clone().unwrap();
    let chatter = std::thread::spawn(move || {
        let header = Header {
            version: VERSION,
            kind: tell::PROGRESS,
            length: 0,
        };
        let parts = [IoSlice::new(bytemuck::bytes_of(&header))];
        let until = Instant::now() + Duration::from_secs(20);
        let send = || {
            sendmsg::<()>(
                socket.as_raw_fd(),
                &parts,
                &[],
                MsgFlags::MSG_NOSIGNAL,
                None,
            )
        };
        while send().is_ok() && Instant::now() < until {}
    });
    let within = Duration::from_millis(50);
    let obeyed = send_settings(&mut liar.labs.entries[0], Settings::default(), within);
    assert!(matches!(obeyed, Err(LabError::Failed(_))), "{obeyed:?}");
    assert!(!chatter.is_finished(), "it was heard to its end");
    drop(liar);
    chatter.join().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever is said, the statement ends once the lab is done, or is gone.
    #[test]
    fn no_message_makes_the_tutor_panic_or_hang(
        messages in prop::collection::vec((95..115_u16, prop::collection::vec(any::<u8>(), 0..300)), 0..30)
    ) {
        let mut liar = Liar::new();
        for (kind, body) in &messages {
            liar.say(*kind, body);
        }
        liar.done();
        liar.follow();
        prop_assert!(liar.labs.entries.len() <= 1 + messages.len());
    }
}

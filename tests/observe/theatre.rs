//! A subject and its child under the eyes of the witness: every order is followed by a look, and by what changed.

use super::*;

/// A subject under observation, with the snapshots of the moment before.
pub(crate) struct Theatre {
    pub(crate) subject: Subject,
    pub(crate) live: Live,
    pub(crate) child: Option<Pid>,
    pub(crate) before: Vec<Arc<Snapshot>>,
}

impl Theatre {
    pub(crate) fn new() -> Self {
        let subject = Subject::new();
        let mut live = Live::default();
        live.baseline(Process::Main, subject.pid).unwrap();
        let mut theatre = Self {
            subject,
            live,
            child: None,
            before: Vec::new(),
        };
        theatre.before = theatre.observe();
        assert_eq!(theatre.before[0].lesson_mappings().count(), 0);
        theatre
    }

    pub(crate) fn observe(&mut self) -> Vec<Arc<Snapshot>> {
        let main = self.live.snapshot(Process::Main, self.subject.pid).unwrap();
        let child = self
            .child
            .map(|pid| self.live.snapshot(Process::Child(1), pid));
        let mut snapshots = vec![main];
        snapshots.extend(child.and_then(Result::ok));
        // The subject was forked from the test, and shares a heap with it that is not part of the play.
        for snapshot in &mut snapshots {
            snapshot
                .mappings
                .retain(|mapping| mapping.vma.backing != Backing::Heap);
        }
        snapshots.into_iter().map(Arc::new).collect()
    }

    /// The changes of one act.
    pub(crate) fn changes(&mut self, process: Process, act: Act) -> Vec<Change> {
        let after = self.observe();
        let outcome = Outcome {
            acts: vec![act],
            totals: Totals {
                faults: act.faults(),
                ..Totals::default()
            },
            ..Outcome::empty(Ending::Finished)
        };
        let changes = observe::changes(
            &self.before,
            &after,
            &[(process, outcome)],
            observe::page_size(),
        );
        self.before = after;
        for change in &changes {
            println!("{process}: {} [{}]", change.text, change.cause.word());
        }
        changes
    }

    pub(crate) fn order(&mut self, process: Process, order: [u64; FIELDS]) -> Answer {
        match process {
            Process::Main => self.subject.ask(order),
            _ => self.subject.ask_child(order),
        }
    }

    pub(crate) fn touch(&mut self, process: Process, kind: AccessKind, at: u64) -> Vec<Change> {
        let order = match kind {
            AccessKind::Write => Order::Store,
            _ => Order::Load,
        };
        let answer = self.order(process, [order as u64, at, 0, 0, 0]);
        let access = Access {
            kind,
            address: Addr(at),
            length: 1,
            faults: faults_of(answer),
            elapsed: Nanos(600),
            signal: None,
        };
        self.changes(process, Act::Access(access))
    }

    pub(crate) fn read(&mut self, process: Process, at: u64) -> Vec<Change> {
        self.touch(process, AccessKind::Read, at)
    }

    pub(crate) fn write(&mut self, process: Process, at: u64) -> Vec<Change> {
        self.touch(process, AccessKind::Write, at)
    }

    pub(crate) fn call(
        &mut self,
        function: &'static str,
        order: [u64; FIELDS],
        arguments: [u64; 6],
    ) -> (u64, Vec<Change>) {
        let answer = self.subject.ask(order);
        if function == "fork" {
            self.child = Some(Pid(answer.result as i32));
            self.live.inherit(Process::Child(1), Process::Main);
        }
        let call = Call {
            function,
            arguments,
            result: answer.result as i64,
            errno: 0,
            // What the subject's own stack costs after a fork is no part of the play.
            faults: if function == "fork" {
                Faults::default()
            } else {
                faults_of(answer)
            },
            elapsed: Nanos(600),
        };
        (answer.result, self.changes(Process::Main, Act::Call(call)))
    }

    pub(crate) fn map(&mut self, pages: u64, flags: i32, descriptor: i32) -> (u64, Vec<Change>) {
        let protection = (libc::PROT_READ | libc::PROT_WRITE) as u64;
        self.call(
            "mmap",
            [
                Order::Map as u64,
                pages,
                flags as u64,
                descriptor as u64,
                protection,
            ],
            [
                0,
                pages * page(),
                protection,
                flags as u64,
                descriptor as u64,
                0,
            ],
        )
    }

    pub(crate) fn advise(&mut self, at: u64, pages: u64, advice: u64) -> (u64, Vec<Change>) {
        self.call(
            "madvise",
            [Order::Advise as u64, at, pages * page(), advice, 0],
            [at, pages * page(), advice, 0, 0, 0],
        )
    }

    pub(crate) fn fork(&mut self) -> Vec<Change> {
        self.call("fork", [Order::Fork as u64, 0, 0, 0, 0], [0; 6])
            .1
    }

    pub(crate) fn state(&self, process: Process, at: u64) -> PageState {
        self.before
            .iter()
            .find(|snapshot| snapshot.process == process)
            .unwrap()
            .state_at(Addr(at), observe::page_size())
    }

    pub(crate) fn rss(&self, at: u64) -> u64 {
        let mapping = self.before[0].mapping_at(Addr(at)).unwrap();
        let usage = mapping.usage.known().unwrap();
        usage.sizes.get(mmap_tutor::mem::Field::Rss).unwrap()
    }
}

pub(crate) fn faults_of(answer: Answer) -> Faults {
    Faults {
        minor: answer.minor,
        major: answer.major,
    }
}

pub(crate) fn causes(changes: &[Change]) -> Vec<Cause> {
    changes.iter().map(|change| change.cause).collect()
}

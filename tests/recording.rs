//! A recording replayed gives, moment by moment, the screens of the session: every lesson is played live, recorded, written,
//! read and replayed with the same keys, and the two screens are compared cell by cell.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "support/picture.rs"]
#[expect(dead_code, reason = "this test compares cells, and needs no text")]
mod picture;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use mmap_tutor::app::keys::Context;
use mmap_tutor::app::take::Activity;
use mmap_tutor::app::tape::Tape;
use mmap_tutor::app::{App, Effect, Event, Theme, update};
use mmap_tutor::keep::recording::Recording;
use mmap_tutor::keep::replay::{Replay, nothing_runs};
use mmap_tutor::lesson::{Catalogue, Lesson};
use mmap_tutor::mem::{Control, Pace};
use mmap_tutor::run::keep::recorded;
use mmap_tutor::run::stage::LiveStage;
use mmap_tutor::session::{Command, Director, Player, Position, Progress, Report, Stage};
use picture::picture;
use ratatui::buffer::Buffer;
use std::path::Path;
use std::sync::Arc;

const SIZE: (u16, u16) = (120, 40);

/// Whoever answers commands.
trait Source {
    fn answer(&mut self, command: Command) -> Vec<Report>;
}

/// A player on the kernel.
struct Live {
    player: Option<Player<LiveStage>>,
}

/// Keeps what is said.
struct Ear(Vec<Report>);

impl Director for Ear {
    fn report(&mut self, report: Report) {
        if !matches!(report, Report::Running { .. }) {
            self.0.push(report);
        }
    }

    fn control(&mut self, _paused: bool) -> Control {
        Control::Continue
    }
}

impl Source for Live {
    fn answer(&mut self, command: Command) -> Vec<Report> {
        let mut ear = Ear(Vec::new());
        match command {
            Command::Open { lesson, .. } => {
                let program = Path::new(env!("CARGO_BIN_EXE_mmap-tutor"));
                let stage = match self.player.take() {
                    Some(player) => player.close(),
                    None => LiveStage::with_program(program).unwrap(),
                };
                let mut player = Player::new(stage, lesson);
                ear.report(Report::Opened(player.start().unwrap()));
                self.player = Some(player);
            }
            Command::Advance { guess, .. } => {
                let player = self.player.as_mut().unwrap();
                player.advance(guess, Pace::Full, &mut ear).unwrap();
            }
            Command::Type { who, source, .. } => {
                let player = self.player.as_mut().unwrap();
                player.free(who, &source, Pace::Full, &mut ear).unwrap();
                // The variables are not told: no recording has them, so no panel lists them.
            }
            _ => {}
        }
        if let Some(player) = &self.player {
            if player.cannot_be_shown() {
                let step = player.position().step;
                let why = player.missing(step);
                ear.report(Report::Missing { step, why });
            }
            ear.report(Report::At(player.position()));
        }
        ear.0
    }
}

impl Source for Replay {
    fn answer(&mut self, command: Command) -> Vec<Report> {
        let mut reports = Vec::new();
        Replay::answer(self, command, &mut |report| reports.push(report));
        reports
    }
}

/// The program in front of a source.
struct Walk<S> {
    app: App,
    source: S,
    quit: bool,
    /// What the screen shows.
    screen: Buffer,
}

impl<S: Source> Walk<S> {
    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(command) => {
                    for report in self.source.answer(command) {
                        let effects = update(&mut self.app, Event::Report(report));
                        self.carry_out(effects);
                    }
                }
                Effect::Quit => self.quit = true,
                _ => {}
            }
        }
    }

    fn press(&mut self, code: KeyCode) {
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        let effects = update(&mut self.app, Event::Key(key));
        self.carry_out(effects);
        self.look();
    }

    /// Draws the screen.
    fn look(&mut self) {
        let (screen, seen) = self.draw();
        self.screen = screen;
        self.app.seen = seen;
    }

    fn keys(&mut self, text: &str) {
        for c in text.chars() {
            self.press(match c {
                '\n' => KeyCode::Enter,
                c => KeyCode::Char(c),
            });
        }
    }

    fn draw(&self) -> (Buffer, mmap_tutor::app::panel::Seen) {
        picture(&self.app, SIZE)
    }

    fn is_idle(&self) -> bool {
        let take = self.app.take().unwrap();
        matches!(take.activity, Activity::Idle)
    }
}

fn live(lesson: Option<&Arc<Lesson>>) -> Walk<Live> {
    let lessons = lesson.map(|lesson| Arc::clone(lesson).into());
    let app = App::new(
        lessons.into_iter().collect(),
        Progress::default(),
        Theme::Dark,
    );
    let mut walk = Walk {
        app,
        source: Live { player: None },
        quit: false,
        screen: Buffer::default(),
    };
    let effects = match lesson {
        Some(_) => walk.app.open(0, Some(0)),
        None => walk.app.open_lab(),
    };
    walk.carry_out(effects);
    let machine = walk
        .source
        .player
        .as_ref()
        .unwrap()
        .stage()
        .machine()
        .clone();
    update(&mut walk.app, Event::Report(Report::Ready(machine)));
    walk.look();
    walk
}

/// The bytes of the recording of a session.
fn bytes(walk: &Walk<Live>) -> Vec<u8> {
    let take = walk.app.take().unwrap();
    let machine = walk.app.machine.clone().unwrap();
    let chapters: Vec<_> = take.record.chapters(&take.timeline).collect();
    recorded(&take.lesson, machine, chapters.into_iter()).unwrap()
}

fn replayed(bytes: &[u8]) -> Walk<Replay> {
    let recording = Recording::read(bytes).unwrap();
    let header = recording.header.clone();
    let lab = recording.lesson.is_lab();
    let lessons = (!lab).then(|| Arc::clone(&recording.lesson).into());
    let app = App::new(
        lessons.into_iter().collect(),
        Progress::default(),
        Theme::Dark,
    );
    let source = Replay::new(recording);
    let ready = source.ready();
    let mut walk = Walk {
        app,
        source,
        quit: false,
        screen: Buffer::default(),
    };
    let effects = walk.app.open_tape(Tape {
        date: header.date.clone(),
        kernel: header.machine.kernel.clone(),
        nothing_runs: nothing_runs(&header),
        left: header.lines,
    });
    update(&mut walk.app, Event::Report(ready));
    walk.carry_out(effects);
    walk.look();
    walk
}

/// Says where two screens differ, the rows left out that tell a recording from a session.
fn difference(one: &Buffer, other: &Buffer, left_out: &[u16]) -> Option<String> {
    let text = |buffer: &Buffer, row: u16| -> String {
        (0..SIZE.0).map(|x| buffer[(x, row)].symbol()).collect()
    };
    (0..SIZE.1)
        .filter(|row| !left_out.contains(row))
        .find(|row| (0..SIZE.0).any(|x| one[(x, *row)] != other[(x, *row)]))
        .map(|row| {
            format!(
                "row {row}:\n{}\n{}\n{}",
                text(one, row),
                text(other, row),
                (0..SIZE.1)
                    .map(|row| text(other, row) + "\n")
                    .collect::<String>()
            )
        })
}

/// The row that says what is shown, and the keys; where a session would have its input, that too, and the row that names
/// a letter as a key, which is text there.
fn left_out(walk: &Walk<Replay>) -> Vec<u16> {
    let mut rows = vec![0, SIZE.1 - 1];
    let is_other = matches!(walk.app.context(), Context::Tape | Context::Cursor);
    let row = |y: u16| -> String { (0..SIZE.0).map(|x| walk.screen[(x, y)].symbol()).collect() };
    let bar = (0..SIZE.1).find(|y| row(*y).contains(" a recording "));
    if is_other {
        rows.extend(bar.unwrap_or(SIZE.1 - 1)..SIZE.1);
        rows.extend((0..SIZE.1).filter(|y| row(*y).contains(" of the program: ")));
    }
    rows
}

/// Compares a screen of the session with that of its recording.
fn same(one: &Buffer, walk: &Walk<Replay>, what: &str) {
    if let Some(told) = difference(one, &walk.screen, &left_out(walk)) {
        panic!("{what}: {told}");
    }
}

#[test]
fn every_lesson_looks_the_same_when_it_is_replayed() {
    for lesson in Catalogue::built_in().lessons() {
        let mut session = live(Some(&lesson));
        let mut keys = Vec::new();
        let mut screens = vec![session.screen.clone()];
        let mut questions = 0;
        while !session.app.take().unwrap().is_finished() {
            let mut press = vec![KeyCode::Enter];
            if session.app.context() == Context::Ask {
                questions += 1;
                // Guesses of all kinds: right ones, wrong ones, none.
                let downs = questions % 4;
                press.splice(0..0, std::iter::repeat_n(KeyCode::Down, downs));
            }
            for key in press {
                session.press(key);
                assert!(session.is_idle());
                keys.push(key);
                screens.push(session.screen.clone());
            }
            assert!(keys.len() < 1000, "{} does not end", lesson.id);
        }
        for _ in 0..session.app.take().unwrap().lines_run() {
            session.press(KeyCode::Char('['));
            keys.push(KeyCode::Char('['));
            screens.push(session.screen.clone());
        }
        let bytes = bytes(&session);
        drop(session.source.player.take());
        let mut replay = replayed(&bytes);
        same(&screens[0], &replay, &lesson.id);
        for (number, key) in keys.iter().enumerate() {
            replay.press(*key);
            let what = format!("{}, key {number} ({key})", lesson.id);
            same(&screens[number + 1], &replay, &what);
        }
        assert_eq!(replay.app.tape.as_ref().unwrap().left, 0, "{}", lesson.id);
    }
}

#[test]
fn lines_that_were_typed_look_the_same_in_the_lab_and_in_a_lesson() {
    let lines = [
        "char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
        "memset(p, 'A', 4 * PAGE);",
        "fork();",
        "child: p[0] = 'B';",
        "p[99 * PAGE];",
        "munmap(p + 1, PAGE);",
    ];
    let mut session = live(None);
    let mut screens = vec![session.screen.clone()];
    for line in lines {
        session.keys(line);
        session.keys("\n");
        screens.push(session.screen.clone());
    }
    let mut replay = replayed(&bytes(&session));
    for (number, screen) in screens.iter().enumerate() {
        if number > 0 {
            replay.keys("\n");
        }
        same(screen, &replay, &format!("line {number}"));
    }
    // Between the lines of a lesson.
    let lesson = Catalogue::built_in()
        .find("6")
        .unwrap()
        .lesson()
        .unwrap()
        .clone();
    let mut session = live(Some(&lesson));
    let mut screens = Vec::new();
    for keys in ["\n", "i", "int x = 3;\n", "x = 4;\n", "\x1b", "\n"] {
        for c in keys.chars() {
            match c {
                '\x1b' => session.press(KeyCode::Esc),
                c => session.keys(&c.to_string()),
            }
        }
        screens.push(session.screen.clone());
    }
    let mut replay = replayed(&bytes(&session));
    for (number, screen) in [0, 2, 3, 5].into_iter().enumerate() {
        replay.keys("\n");
        same(&screens[screen], &replay, &format!("line {number}"));
    }
}

#[test]
fn a_recording_runs_nothing_and_says_so() {
    let mut session = live(None);
    session
        .keys("char *p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);\n");
    let bytes = bytes(&session);
    for keys in ["p", "x", "\tw", "\tf", "\t\n\x1b"] {
        let mut replay = replayed(&bytes);
        replay.keys("\n");
        let lines = replay.app.take().unwrap().lines_run();
        for c in keys.chars() {
            match c {
                '\t' => replay.press(KeyCode::Tab),
                '\x1b' => replay.press(KeyCode::Esc),
                c => replay.keys(&c.to_string()),
            }
        }
        let take = replay.app.take().unwrap();
        assert_eq!((lines, take.lines_run()), (1, 1), "{keys:?}");
        if !keys.contains(['\n', 'p']) {
            let told = take.failure.as_deref().unwrap_or_default();
            assert!(told.contains("nothing runs here"), "{keys:?}: {told}");
        }
    }
    let mut replay = replayed(&bytes);
    replay.keys("\n\n");
    let told = replay.app.take().unwrap().failure.clone().unwrap();
    assert!(told.contains("ends here"), "{told}");
    replay.keys("r");
    assert_eq!(replay.app.take().unwrap().lines_run(), 0);
    assert_eq!(replay.app.take().unwrap().position, Position::default());
    replay.keys("q");
    assert!(replay.quit);
}

/// CRC-32, bit by bit.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

/// The recording with what is packed in it changed, and everything else put right.
fn changed_inside(file: &[u8], change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let mut result = file[..12].to_vec();
    let mut at = 12;
    while at < file.len() {
        let tag = &file[at..at + 4];
        let mut data = file[at + 12..at + 12 + number(at + 4)].to_vec();
        at += 12 + data.len();
        if tag == b"SAID" {
            let mut raw = miniz_oxide::inflate::decompress_to_vec(&data[4..]).unwrap();
            change(&mut raw);
            data = (raw.len() as u32).to_le_bytes().to_vec();
            data.extend(miniz_oxide::deflate::compress_to_vec(&raw, 1));
        }
        result.extend(tag);
        result.extend((data.len() as u32).to_le_bytes());
        result.extend(checksum(&[tag, &data].concat()).to_le_bytes());
        result.extend(data);
    }
    result
}

/// A session with a bit of everything.
fn varied() -> Vec<u8> {
    let mut session = live(None);
    for line in [
        "int fd = open(\"data.bin\", O_RDWR);",
        "char *f = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);",
        "f[0] = 'A';",
        "char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
        "memset(p, 'A', 3 * PAGE);",
        "fork();",
        "child: p[0] = 'B';",
        "mprotect(p, PAGE, PROT_READ);",
        "p[0] = 'C';",
        "munmap(p + 1, PAGE);",
    ] {
        session.keys(line);
        session.keys("\n");
    }
    bytes(&session)
}

#[test]
fn what_is_changed_behind_the_checksums_is_refused_or_drawn_and_never_panics() {
    let file = varied();
    assert_eq!(
        Recording::read(&changed_inside(&file, |_| {}))
            .unwrap()
            .header,
        Recording::read(&file).unwrap().header
    );
    let mut drawn = 0;
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config {
        cases: 128,
        failure_persistence: None,
        ..Default::default()
    });
    let places = (
        proptest::collection::vec(
            (
                proptest::prelude::any::<proptest::sample::Index>(),
                proptest::prelude::any::<u8>(),
            ),
            1..4,
        ),
        proptest::prelude::any::<bool>(),
    );
    let drawn_so_far = std::cell::Cell::new(0);
    runner
        .run(&places, |(places, flips)| {
            let changed = changed_inside(&file, |raw| {
                for (place, byte) in &places {
                    let place = place.index(raw.len());
                    if flips {
                        raw[place] ^= 1 << (byte % 8);
                    } else {
                        raw[place] = *byte;
                    }
                }
            });
            if Recording::read(&changed).is_ok() {
                drawn_so_far.set(drawn_so_far.get() + 1);
                let mut replay = replayed(&changed);
                replay.keys("\n\n\n\n\n\n\n\n\n\n\t\n");
                replay.press(KeyCode::Esc);
                replay.press(KeyCode::Esc);
                replay.keys("m[[[[[");
            }
            Ok(())
        })
        .unwrap();
    drawn += drawn_so_far.get();
    assert!(drawn > 3, "only {drawn} of them were drawn");
}

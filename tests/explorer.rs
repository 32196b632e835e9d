//! The explorer in a real terminal: every key of the grid and of the input line, in an empty lab and in a lesson's
//! live processes.

#[path = "support/directory.rs"]
mod directory;
#[path = "support/pty.rs"]
mod pty;

use directory::fresh_directory;
use pty::{Received, Terminal};
use std::time::Duration;
use tempfile::TempDir;

/// Moves to the page on the right.
const RIGHT: &str = "\x1b[C";
/// And on the left.
const LEFT: &str = "\x1b[D";
/// The keys that give the pages or the input line the keys, and the next process.
const TAB: &str = "\t";
const NEXT_PROCESS: &str = "\x0f";

/// What the footer shows while the input waits, and while the grid does.
const INPUT_WAITS: &str = "Tab pages";
const PAGES_WAIT: &str = "Enter inspect";

/// The program with an input line open.
struct Try {
    terminal: Terminal,
    _home: TempDir,
}

impl Try {
    /// An empty lab.
    fn lab(size: (u16, u16)) -> Self {
        let home = fresh_directory();
        let terminal = Terminal::start(home.path(), &["lab"], size);
        let mut own = Self {
            terminal,
            _home: home,
        };
        own.expect(&["A process of your own runs", INPUT_WAITS]);
        // Pauses are for eyes.
        own.press("\x1bOQ");
        own.terminal.wait_until_quiet();
        own
    }

    /// A lesson at its step of that number, with the processes it has there.
    fn lesson(name: &str, step: &str, size: (u16, u16)) -> Self {
        let home = fresh_directory();
        let terminal = Terminal::start(home.path(), &[name, "--step", step], size);
        let mut own = Self {
            terminal,
            _home: home,
        };
        own.expect(&["i try it"]);
        own.press("i");
        own.expect(&[INPUT_WAITS]);
        own.press("\x1bOQ");
        own.terminal.wait_until_quiet();
        own
    }

    fn press(&mut self, keys: &str) {
        self.terminal.press(keys);
    }

    /// Waits until all of it is on the screen at once.
    fn expect(&mut self, wanted: &[&str]) {
        let all = |seen: &Received| {
            let text = seen.text();
            wanted.iter().all(|wanted| text.contains(wanted))
        };
        // A frame may come in pieces: it is as wanted when nothing follows it.
        loop {
            self.terminal.wait_for(&format!("{wanted:?}"), all);
            let before = self.terminal.look(|seen| seen.bytes);
            std::thread::sleep(Duration::from_millis(50));
            if self.terminal.look(|seen| seen.bytes == before && all(seen)) {
                return;
            }
        }
    }

    /// Types a line, runs it, and waits for what it shows.
    fn line(&mut self, code: &str, wanted: &[&str]) {
        self.press(&format!("{code}\r"));
        self.expect(wanted);
        self.expect(&[INPUT_WAITS]);
    }

    /// A key of the grid, and what is then to be seen.
    fn verb(&mut self, key: &str, wanted: &[&str]) {
        self.press(key);
        let mut wanted = wanted.to_vec();
        wanted.push(PAGES_WAIT);
        self.expect(&wanted);
    }

    /// Column and row, from 1, of the first place where the screen shows `text`.
    fn place_of(&mut self, text: &str) -> (usize, usize) {
        self.expect(&[text]);
        let shown = self.terminal.look(Received::text);
        let found = shown.lines().enumerate().find_map(|(row, line)| {
            let at = line.find(text)?;
            Some((line[..at].chars().count() + 1, row + 1))
        });
        found.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{shown}"))
    }

    fn click(&mut self, (column, row): (usize, usize)) {
        self.press(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
    }
}

const MAPPED: &str =
    "char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);";

#[test]
fn every_verb_of_the_grid_works_in_an_empty_lab() {
    let mut lab = Try::lab((120, 40));
    lab.line(MAPPED, &["p rw-p 4 pages"]);
    lab.verb(TAB, &["page 0 of p, main: absent", "w p[0] = 'x';"]);
    lab.verb(
        "r",
        &[
            "main> p[0];",
            "main: the shared zero page",
            "every byte is 0",
        ],
    );
    lab.verb(
        "w",
        &["main> p[0] = 'x';", "main: private", "0000: 78 00 00"],
    );
    lab.verb("l", &["main> mlock(p, PAGE);", "main: private"]);
    lab.verb("l", &["main> munlock(p, PAGE);"]);
    lab.verb("p", &["main> mprotect(p, PAGE, PROT_READ);", "r--p"]);
    lab.verb("w", &["SIGSEGV"]);
    lab.verb("p", &["PROT_READ | PROT_WRITE);", "p rw-p 4 pages"]);
    lab.verb("d", &["MADV_DONTNEED);", "page 0 of p, main: absent"]);
    lab.verb(RIGHT, &["page 1 of p, main: absent"]);
    lab.verb("w", &["main> p[PAGE] = 'x';", "page 1 of p, main: private"]);
    lab.verb(
        "f",
        &["main> fork();", "child pid", "main: shared since fork"],
    );
    lab.verb(
        NEXT_PROCESS,
        &["page 1 of p, child: shared since fork", "0000: 78 00"],
    );
    lab.verb(
        "w",
        &["child> p[PAGE] = 'x';", "page 1 of p, child: private"],
    );
    lab.press("a");
    lab.expect(&["MADV_POPULATE_WRITE", "Enter do it"]);
    lab.press("\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\r");
    lab.verb("", &["child> mprotect(p + PAGE, PAGE, PROT_NONE);", "---p"]);
    lab.verb("", &["page 1 of p, child: private"]);
    lab.press("\r");
    lab.expect(&[
        "Page 0 in child",
        "it may not be read: to try is a segmentation",
    ]);
    lab.verb("q", &["page 1 of p"]);
    lab.verb("x", &["child> munmap(p + PAGE, PAGE);"]);
    // The cursor goes on beside where its page was.
    lab.verb(RIGHT, &["page 0, child: "]);
    lab.verb(LEFT, &["page 0 of p, child: "]);
}

#[test]
fn files_peers_and_mappings_without_a_name_are_handled_too() {
    let mut lab = Try::lab((120, 40));
    lab.line("int fd = open(\"data.bin\", O_RDWR);", &["= 3,"]);
    lab.line(
        "char *f = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);",
        &["f rw-s 32 pages"],
    );
    lab.verb(TAB, &["page 0 of f, main: absent"]);
    lab.verb("r", &["page 0 of f, main: page cache"]);
    lab.verb("w", &["f[0] = 'x';", "0000: 78"]);
    // The file is 16 pages long.
    for _ in 0..16 {
        lab.press(RIGHT);
    }
    lab.verb("w", &["f[16 * PAGE] = 'x';", "SIGBUS"]);
    lab.press(TAB);
    lab.line(
        "mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
        &["rw-p 1 page"],
    );
    lab.verb(TAB, &["page 16 of f"]);
    for _ in 0..16 {
        lab.press(RIGHT);
    }
    lab.verb("w", &["((char *) 0x", "page 0, main: private"]);
    lab.press(TAB);
    lab.line(
        "peer: char *q = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
        &["peer pid", "q rw-p 4 pages"],
    );
    lab.press(NEXT_PROCESS);
    lab.expect(&["peer>"]);
    lab.verb(TAB, &["page 0 of q, peer: absent"]);
    lab.verb("w", &["peer> q[0] = 'x';", "page 0 of q, peer: private"]);
}

#[test]
fn every_verb_works_in_the_live_processes_of_a_lesson() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut lesson = Try::lesson("06", "3", size);
        lesson.verb(TAB, &["page 0 of p, main:"]);
        lesson.verb("r", &["main> p[0];"]);
        lesson.verb("w", &["main> p[0] = 'x';", "0000: 78"]);
        lesson.verb(NEXT_PROCESS, &["page 0 of p, child"]);
        lesson.verb("w", &["child> p[0] = 'x';", "0000: 78"]);
        lesson.verb("p", &["child> mprotect(p, PAGE,", "r--p"]);
        lesson.verb("w", &["SIGSEGV"]);
        lesson.verb("d", &["child: absent"]);
        lesson.verb("l", &["mlock(p, PAGE);"]);
        lesson.verb("f", &["child> fork();", "child 2"]);
        lesson.press("\r");
        lesson.expect(&["Page 0 in child", "Its bytes"]);
        lesson.verb("q", &["page 0 of p, child"]);
        lesson.verb("x", &["munmap(p, PAGE);"]);
    }
}

#[test]
fn the_mouse_chooses_pages_and_tells_all_of_them() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut lab = Try::lab(size);
        lab.line(MAPPED, &["p rw-p 4 pages"]);
        lab.line("p[2 * PAGE] = 'y';", &["1 minor fault", "■"]);
        let place = lab.place_of("■");
        lab.click(place);
        lab.expect(&["page 2 of p, main: private", "0000: 79"]);
        lab.click(place);
        lab.expect(&["Page 2 in main", "Its bytes"]);
        lab.verb("q", &["page 2 of p"]);
        let prompt = lab.place_of("lines that ran");
        lab.click((prompt.0, prompt.1 + 1));
        lab.expect(&[INPUT_WAITS]);
        lab.line("p[3 * PAGE] = 'z';", &["main> p[3 * PAGE] = 'z';"]);
    }
}

#[test]
fn what_is_typed_ahead_runs_in_its_turn_and_comes_back_when_stopped() {
    let mut lab = Try::lab((120, 40));
    lab.line(MAPPED, &["p rw-p 4 pages"]);
    lab.press("for (;;) p[0]++;\r");
    lab.expect(&["Esc stop"]);
    lab.press("p[PAGE] = 1;\rfork();\rp[2");
    lab.expect(&["main> p[2", "2 lines wait: p[PAGE] = 1;  fork();"]);
    lab.press("\x03");
    lab.expect(&[
        "main> p[PAGE] = 1;",
        "      fork();",
        "      p[2",
        "Enter run",
    ]);
    lab.press(" * PAGE] = 2;\r");
    lab.expect(&[
        "main> fork();",
        "main> p[2 * PAGE] = 2;",
        "child pid",
        INPUT_WAITS,
    ]);
    // A paste: its statements run one by one, up to the mistake.
    lab.press("\x1b[200~p[3 * PAGE] = 3;\nnonsense;\nkill(child, 9);\x1b[201~\r");
    lab.expect(&[
        "✓ main> p[3 * PAGE] = 3;",
        "main> nonsense;",
        "      kill(child, 9);",
        "✗",
    ]);
    lab.press("\x1b");
    lab.expect(&[INPUT_WAITS]);
}

#[test]
fn completion_variables_and_examples_work_as_one_types() {
    let mut lab = Try::lab((120, 40));
    lab.expect(&["Enter example"]);
    lab.press("\r");
    lab.expect(&["main> char *p = mmap(", "Enter run"]);
    lab.line(
        "",
        &["p rw-p 16 pages", "char *p = 0x", "→ page 0 of 16: absent"],
    );
    lab.press("mprotect(p, PAGE, \t");
    lab.expect(&["│ PROT_NONE", "│ PROT_WRITE"]);
    lab.press("\x15");
    lab.line("struct stat st;", &["st = {.st_size = 0"]);
    lab.press("st.st_si\t");
    lab.expect(&["main> st.st_size"]);
    lab.press("\x15");
    lab.expect(&[INPUT_WAITS]);
    lab.press("\x1b[18~");
    lab.expect(&["variables of main", "No pointer is followed"]);
    lab.press("q");
    lab.expect(&[INPUT_WAITS]);
}

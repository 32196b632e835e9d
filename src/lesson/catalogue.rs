//! Every lesson there is: those built into the program, and those of a directory, which replace or join them.
//!
//! Reads files; writes none. A lesson that is broken does not hide the others: it is kept with what is wrong with it.

use super::card::Card;
use super::check::{check, errors};
use super::model::Lesson;
use super::read::{Broken, MAX_BYTES, Reached, id, in_order, read_bytes, read_c};
use super::visible::visible_line;
use crate::c::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::mem::error_text;
use anyhow::{Context as _, Result, bail};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// File name and text of every lesson in `lessons/`, in order.
pub const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

/// The lessons, in the order of their numbers.
#[derive(Debug, Default)]
pub struct Catalogue {
    cards: Vec<Card>,
    broken: Vec<Broken>,
}

impl Catalogue {
    /// The lessons built into the program. Of each only the front matter is read now.
    pub fn built_in() -> Self {
        let mut catalogue = Self::default();
        for (file, source) in BUILT_IN {
            catalogue.add(Card::of(file, source));
        }
        catalogue
    }

    /// Those that can be taken, in order.
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// The same, for who needs nothing else of the catalogue.
    pub fn into_cards(self) -> Vec<Card> {
        self.cards
    }

    /// Those that can be taken, in order, all of them read.
    pub fn lessons(&self) -> Vec<Arc<Lesson>> {
        let lessons = self.cards.iter().filter_map(|card| card.lesson().ok());
        lessons.cloned().collect()
    }

    /// Those that cannot, with what is wrong.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Adds the lessons of a directory (its `*.md` that begin with a number); one with the id of a lesson that is there
    /// takes its place.
    pub fn add_directory(&mut self, directory: &Path) -> Result<()> {
        let unreadable = || format!("cannot read the lessons in {}", shown(directory));
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(directory).with_context(unreadable)? {
            let path = entry.with_context(unreadable)?.path();
            if is_markdown(&path) && is_numbered(&path) {
                paths.push(path);
            }
        }
        paths.sort();
        for path in paths {
            self.add(load(&path).map(Card::from));
        }
        Ok(())
    }

    /// The lesson that a word means: an id, a number (`6`, `06`), a part of an id or of a title from the beginning of a
    /// word on. When it means none or several, a sentence that says so.
    pub fn find(&self, word: &str) -> Result<&Card> {
        let wanted = word.trim().to_lowercase();
        let asked_number = wanted.parse::<u64>().ok();
        let rules: [&dyn Fn(&Card) -> bool; 4] = [
            &|card| card.id.to_lowercase() == wanted,
            &|card| asked_number.is_some() && number(&card.id) == asked_number,
            &|card| {
                card.id.to_lowercase().starts_with(&wanted) || name(&card.id).starts_with(&wanted)
            },
            &|card| {
                begins_a_word(&card.id.to_lowercase(), &wanted)
                    || begins_a_word(&card.front.title.to_lowercase(), &wanted)
            },
        ];
        let rules = if wanted.is_empty() {
            &rules[..0]
        } else {
            &rules[..]
        };
        for rule in rules {
            let found: Vec<_> = self.cards.iter().filter(|card| rule(card)).collect();
            match found.as_slice() {
                [] => {}
                [card] => return Ok(card),
                several => {
                    let ids: Vec<&str> = several.iter().map(|card| card.id.as_str()).collect();
                    bail!("`{}` could be {}", visible_line(word), ids.join(" or "));
                }
            }
        }
        bail!(self.not_found(word, &wanted))
    }

    fn not_found(&self, word: &str, wanted: &str) -> String {
        let broken = self.broken.iter().find(|broken| {
            let id = id(&broken.file);
            id == wanted || number(&id).is_some() && number(&id) == wanted.parse().ok()
        });
        if let Some(broken) = broken {
            return format!("the lesson `{}` cannot be read: {broken}", id(&broken.file));
        }
        let words = self.cards.iter().flat_map(|card| {
            std::iter::once(card.id.as_str())
                .chain(std::iter::once(name(&card.id)))
                .chain(name(&card.id).split('-').filter(|part| part.len() > 3))
        });
        let shown = visible_line(word);
        match nearest(wanted, words) {
            Some(near) => format!("there is no lesson `{shown}`: did you mean `{near}`?"),
            None => {
                format!("there is no lesson `{shown}`: `mmap-tutor list` shows those there are")
            }
        }
    }

    /// Adds a lesson in its place, instead of one with the same id.
    fn add(&mut self, read: Loaded<Card>) {
        match read {
            Err(broken) => self.broken.push(broken),
            Ok(card) => {
                self.cards.retain(|old| old.id != card.id);
                let key = |card: &Card| (number(&card.id).unwrap_or(u64::MAX), card.id.clone());
                let at = self.cards.partition_point(|old| key(old) < key(&card));
                self.cards.insert(at, card);
            }
        }
    }
}

/// A lesson, or what is wrong with its file.
type Loaded<T> = std::result::Result<T, Broken>;

/// Loads a lesson that can be played from a file: Markdown, or C statements when its name ends in `.c`.
pub fn load(path: &Path) -> Loaded<Arc<Lesson>> {
    read_path(path).and_then(playable).map(Arc::new)
}

/// Everything that is wrong with a lesson file, also what would not keep it from being played.
pub fn check_file(path: &Path) -> Loaded<()> {
    let lesson = read_path(path)?;
    let mistakes = check(&lesson);
    sound(lesson, mistakes).map(drop)
}

/// Whether a file is one that a directory of lessons would be searched for in vain: Markdown without a number.
pub fn is_passed_over(path: &Path) -> bool {
    is_markdown(path) && !is_numbered(path)
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

/// Whether the name of a file gives it a place among the lessons of a directory.
fn is_numbered(path: &Path) -> bool {
    number(&id(&path.to_string_lossy())).is_some()
}

/// A lesson, if it can be played.
fn playable(lesson: Lesson) -> Loaded<Lesson> {
    let mistakes = errors(&lesson);
    sound(lesson, mistakes)
}

/// A lesson, if there are no mistakes in it.
fn sound(lesson: Lesson, mistakes: Vec<Diagnostic>) -> Loaded<Lesson> {
    if mistakes.is_empty() {
        return Ok(lesson);
    }
    Err(Broken {
        file: lesson.file,
        source: lesson.source.to_string(),
        diagnostics: in_order(mistakes),
        reached: Reached::Meaning,
    })
}

/// Reads the file at a path as what its name says it is.
fn read_path(path: &Path) -> Loaded<Lesson> {
    let file = shown(path);
    let bytes = bytes(path).map_err(|what| Broken {
        file: file.clone(),
        source: String::new(),
        diagnostics: vec![Diagnostic::new(0..0, format!("`{file}` {what}"))],
        reached: Reached::Nothing,
    })?;
    if path.extension().is_some_and(|extension| extension == "c") {
        read_c(&file, &bytes)
    } else {
        read_bytes(&file, &bytes)
    }
}

/// A path as it may be shown.
fn shown(path: &Path) -> String {
    visible_line(&path.to_string_lossy())
}

/// The bytes of a file, one more than a lesson may have at most.
fn bytes(path: &Path) -> std::result::Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("cannot be read: {}", error_text(&error));
    // Opening a FIFO would wait for its writer.
    if !path.metadata().map_err(failed)?.is_file() {
        return Err("is not a regular file".into());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    Ok(bytes)
}

/// The number that an id begins with.
fn number(id: &str) -> Option<u64> {
    id.split_once('-')?.0.parse().ok()
}

/// Whether `part` stands in a text from the beginning of a word on.
fn begins_a_word(text: &str, part: &str) -> bool {
    text.match_indices(part)
        .any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

/// An id without its number.
fn name(id: &str) -> &str {
    match id.split_once('-') {
        Some((digits, name)) if digits.parse::<u64>().is_ok() => name,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(title: &str) -> String {
        format!(
            "+++\ntitle = \"{title}\"\nsummary = \"s\"\nminutes = 1\n+++\n## Step\n```c\nint x = 1;\n```\n```expect\nx == 1\n```\nBecause.\n"
        )
    }

    fn made(ids: &[(&str, &str)]) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (id, title) in ids {
            let read = read_bytes(&format!("{id}.md"), lesson(title).as_bytes());
            catalogue.add(read.map(|lesson| Card::from(Arc::new(lesson))));
        }
        catalogue
    }

    #[test]
    fn every_built_in_lesson_can_be_read() {
        let catalogue = Catalogue::built_in();
        let unread = catalogue.cards.iter().filter_map(|c| c.lesson().err());
        let told: Vec<_> = catalogue.broken.iter().chain(unread).collect();
        let told: Vec<_> = told.iter().map(|b| b.render(false)).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        assert_eq!(catalogue.lessons().len(), BUILT_IN.len());
        assert!(BUILT_IN.len() >= 3, "{}", BUILT_IN.len());
    }

    #[test]
    fn a_word_finds_the_lesson_it_means() {
        let catalogue = made(&[
            ("06-fork-copy-on-write", "Copy-on-write after fork"),
            ("01-a-promise-of-memory", "A promise"),
            ("16-huge-pages", "Huge pages and forks"),
            ("07-shared-memory", "Shared memory"),
        ]);
        let table = [
            ("06-fork-copy-on-write", Ok("06-fork-copy-on-write")),
            ("6", Ok("06-fork-copy-on-write")),
            ("06", Ok("06-fork-copy-on-write")),
            ("16", Ok("16-huge-pages")),
            ("1", Ok("01-a-promise-of-memory")),
            ("fork", Ok("06-fork-copy-on-write")),
            ("Huge", Ok("16-huge-pages")),
            ("promise", Ok("01-a-promise-of-memory")),
            ("write after", Ok("06-fork-copy-on-write")),
            ("copy-on", Ok("06-fork-copy-on-write")),
            ("ork", Err("there is no lesson `ork`: did you mean `fork`?")),
            (
                "mory",
                Err("there is no lesson `mory`: `mmap-tutor list` shows those there are"),
            ),
            (
                "memory",
                Err("`memory` could be 01-a-promise-of-memory or 07-shared-memory"),
            ),
            (
                "frok",
                Err("there is no lesson `frok`: did you mean `fork`?"),
            ),
            (
                "99",
                Err("there is no lesson `99`: `mmap-tutor list` shows those there are"),
            ),
            (
                "",
                Err("there is no lesson ``: `mmap-tutor list` shows those there are"),
            ),
            (
                "\x1b[2J",
                Err("there is no lesson `␛[2J`: `mmap-tutor list` shows those there are"),
            ),
        ];
        for (word, expected) in table {
            let found = catalogue.find(word).map(|card| card.id.clone());
            let found = found.map_err(|error| error.to_string());
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expected, "{word}");
        }
    }

    #[test]
    fn a_directory_replaces_and_adds_and_keeps_the_order() {
        let directory = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        write("02-new.md", &lesson("New"));
        write("06-old.md", &lesson("Bettered"));
        write("07-broken.md", "+++\n");
        write("README.md", "not a lesson");
        write("08-notes.txt", "not a lesson");
        let mut catalogue = made(&[
            ("06-old", "Old"),
            ("01-first", "First"),
            ("10-last", "Last"),
        ]);
        catalogue.add_directory(directory.path()).unwrap();
        let titles: Vec<_> = catalogue
            .cards
            .iter()
            .map(|card| card.front.title.as_str())
            .collect();
        assert_eq!(titles, ["First", "New", "Bettered", "Last"]);
        assert_eq!(catalogue.broken.len(), 1);
        let told = catalogue.find("7").unwrap_err().to_string();
        assert!(
            told.contains("`07-broken` cannot be read") && told.contains("07-broken.md:1:1"),
            "{told}"
        );
        let told = catalogue.add_directory(Path::new("/nowhere")).unwrap_err();
        assert!(
            format!("{told:#}").contains("/nowhere: No such file"),
            "{told:#}"
        );
    }

    #[test]
    fn files_that_are_no_lessons_are_refused_without_waiting() {
        let directory = tempfile::tempdir().unwrap();
        let fifo = directory.path().join("01-fifo.md");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let table = [
            (fifo, "01-fifo.md` is not a regular file"),
            (directory.path().to_owned(), "is not a regular file"),
            (
                directory.path().join("none.md"),
                "none.md` cannot be read: No such file or directory",
            ),
        ];
        for (path, told) in table {
            let broken = load(&path).unwrap_err();
            assert!(broken.to_string().contains(told), "{broken}");
            assert!(!broken.to_string().contains("os error"), "{broken}");
            let shown = broken.render(false);
            assert!(!shown.contains(":1") && !shown.contains('^'), "{shown}");
        }
    }

    #[test]
    fn a_file_of_statements_is_one_step() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mine.c");
        std::fs::write(&path, "// touch\nint x = 1;\nx = 2;\n").unwrap();
        let lesson = load(&path).unwrap();
        assert_eq!(lesson.id, "mine");
        assert_eq!(lesson.front.title, "mine.c");
        assert_eq!(lesson.steps.len(), 1);
    }
}

//! Every lesson there is: those built into the program, and those of a directory, which replace or join them.
//!
//! Reads files; writes none. A lesson that is broken does not hide the others: it is kept with what is wrong with it.

use super::model::Lesson;
use super::near::nearest;
use super::read::{Broken, MAX_BYTES, id, read_bytes, read_c};
use super::visible::visible_line;
use crate::diagnostic::Diagnostic;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// File name and text of every lesson in `lessons/`, in order.
pub const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

/// The lessons, in the order of their numbers.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Those that can be taken.
    pub lessons: Vec<Arc<Lesson>>,
    /// Those that cannot, with what is wrong.
    pub broken: Vec<Broken>,
}

impl Catalogue {
    /// The lessons built into the program.
    pub fn built_in() -> Self {
        let mut catalogue = Self::default();
        for (file, source) in BUILT_IN {
            catalogue.add(read_bytes(&format!("lessons/{file}"), source.as_bytes()));
        }
        catalogue
    }

    /// The same with the lessons of a directory (its `*.md` that begin with a number) added; one with the id of a
    /// lesson that is there takes its place.
    pub fn with_directory(mut self, directory: &Path) -> Result<Self, std::io::Error> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            let numbered = number(&id(&path.to_string_lossy())).is_some();
            if numbered && path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
        paths.sort();
        for path in paths {
            self.add(load(&path));
        }
        Ok(self)
    }

    /// The lesson that a word means: an id, a number (`6`, `06`), a part of an id or of a title. When it means none
    /// or several, a sentence that says so.
    pub fn find(&self, word: &str) -> Result<Arc<Lesson>, String> {
        let wanted = word.trim().to_lowercase();
        let asked_number = wanted.parse::<u64>().ok();
        let rules: [&dyn Fn(&Lesson) -> bool; 4] = [
            &|lesson| lesson.id.to_lowercase() == wanted,
            &|lesson| asked_number.is_some() && number(&lesson.id) == asked_number,
            &|lesson| {
                lesson.id.to_lowercase().starts_with(&wanted)
                    || name(&lesson.id).starts_with(&wanted)
            },
            &|lesson| {
                lesson.id.to_lowercase().contains(&wanted)
                    || lesson.front.title.to_lowercase().contains(&wanted)
            },
        ];
        let rules = if wanted.is_empty() {
            &rules[..0]
        } else {
            &rules[..]
        };
        for rule in rules {
            let found: Vec<_> = self.lessons.iter().filter(|lesson| rule(lesson)).collect();
            match found.as_slice() {
                [] => {}
                [lesson] => return Ok(Arc::clone(lesson)),
                several => {
                    let ids: Vec<&str> = several.iter().map(|lesson| lesson.id.as_str()).collect();
                    return Err(format!(
                        "`{}` could be {}",
                        visible_line(word),
                        ids.join(" or ")
                    ));
                }
            }
        }
        Err(self.not_found(word, &wanted))
    }

    fn not_found(&self, word: &str, wanted: &str) -> String {
        let broken = self.broken.iter().find(|broken| {
            let id = id(&broken.file);
            id == wanted || number(&id).is_some() && number(&id) == wanted.parse().ok()
        });
        if let Some(broken) = broken {
            return format!("the lesson `{}` cannot be read: {broken}", id(&broken.file));
        }
        let words = self.lessons.iter().flat_map(|lesson| {
            std::iter::once(lesson.id.as_str())
                .chain(std::iter::once(name(&lesson.id)))
                .chain(name(&lesson.id).split('-').filter(|part| part.len() > 3))
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
    fn add(&mut self, read: Result<Lesson, Broken>) {
        match read {
            Err(broken) => self.broken.push(broken),
            Ok(lesson) => {
                self.lessons.retain(|old| old.id != lesson.id);
                let key =
                    |lesson: &Lesson| (number(&lesson.id).unwrap_or(u64::MAX), lesson.id.clone());
                let at = self.lessons.partition_point(|old| key(old) < key(&lesson));
                self.lessons.insert(at, Arc::new(lesson));
            }
        }
    }
}

/// Loads a lesson from a file: Markdown, or C statements when its name ends in `.c`.
pub fn load(path: &Path) -> Result<Lesson, Broken> {
    let file = path.to_string_lossy();
    let bytes = bytes(path).map_err(|message| Broken {
        file: visible_line(&file),
        source: String::new(),
        diagnostics: vec![Diagnostic::new(0..0, message)],
    })?;
    if path.extension().is_some_and(|extension| extension == "c") {
        read_c(&file, &bytes)
    } else {
        read_bytes(&file, &bytes)
    }
}

/// The bytes of a file, one more than a lesson may have at most.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("cannot be read: {error}");
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
            catalogue.add(read_bytes(&format!("{id}.md"), lesson(title).as_bytes()));
        }
        catalogue
    }

    #[test]
    fn every_built_in_lesson_can_be_read() {
        let catalogue = Catalogue::built_in();
        let told: Vec<_> = catalogue.broken.iter().map(|b| b.render(false)).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        assert_eq!(catalogue.lessons.len(), BUILT_IN.len());
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
            (
                "memory",
                Err("`memory` could be 01-a-promise-of-memory or 07-shared-memory"),
            ),
            (
                "froks",
                Err("there is no lesson `froks`: did you mean `fork`?"),
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
            let found = catalogue.find(word).map(|lesson| lesson.id.clone());
            let found = found.as_ref().map(String::as_str).map_err(String::as_str);
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
        let catalogue = made(&[
            ("06-old", "Old"),
            ("01-first", "First"),
            ("10-last", "Last"),
        ])
        .with_directory(directory.path())
        .unwrap();
        let titles: Vec<_> = catalogue
            .lessons
            .iter()
            .map(|l| l.front.title.as_str())
            .collect();
        assert_eq!(titles, ["First", "New", "Bettered", "Last"]);
        assert_eq!(catalogue.broken.len(), 1);
        let told = catalogue.find("7").unwrap_err();
        assert!(
            told.contains("`07-broken` cannot be read") && told.contains("07-broken.md:1:1"),
            "{told}"
        );
        assert!(made(&[]).with_directory(Path::new("/nowhere")).is_err());
    }

    #[test]
    fn files_that_are_no_lessons_are_refused_without_waiting() {
        let directory = tempfile::tempdir().unwrap();
        let fifo = directory.path().join("01-fifo.md");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let table = [
            (fifo, "is not a regular file"),
            (directory.path().to_owned(), "is not a regular file"),
            (
                directory.path().join("none.md"),
                "cannot be read: No such file",
            ),
        ];
        for (path, told) in table {
            let broken = load(&path).unwrap_err();
            assert!(broken.to_string().contains(told), "{broken}");
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

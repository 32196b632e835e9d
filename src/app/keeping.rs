//! Keeping a session: the page that asks as what and under which name, and says where it is then.
//!
//! Writes nothing: [`Effect::Keep`] does, and [`Event::Kept`](super::Event::Kept) says what came of it.

use super::{App, Effect, Overlay};
use tui_input::{Input, InputRequest as Edit};

/// What a session is kept as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// A recording.
    #[default]
    Recording,
    /// A lesson.
    Lesson,
    /// A C program.
    Program,
}

impl Form {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Recording, Self::Lesson, Self::Program];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recording => "a recording",
            Self::Lesson => "a lesson",
            Self::Program => "a C program",
        }
    }

    /// What it is good for.
    pub fn gist(self) -> &'static str {
        match self {
            Self::Recording => "every moment, to look at on any machine",
            Self::Lesson => "Markdown with the lines that ran: add your words",
            Self::Program => "gcc compiles it; it prints its faults",
        }
    }

    /// How the names of such files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Recording => "mmap",
            Self::Lesson => "md",
            Self::Program => "c",
        }
    }

    /// What to do with such a file.
    pub fn next(self, file: &str) -> Vec<String> {
        let file = quoted(file);
        match self {
            Self::Recording => vec![format!("mmap-tutor replay {file}")],
            Self::Lesson => vec![
                format!("mmap-tutor check {file}"),
                format!("mmap-tutor {file}"),
            ],
            Self::Program => {
                vec![format!(
                    "gcc -Wall -Wextra -Werror -o lesson {file} && ./lesson"
                )]
            }
        }
    }
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./+,:@".contains(c);
    if name.starts_with('-') {
        return quoted(&format!("./{name}"));
    }
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', r"'\''"))
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It is not kept yet.
    #[default]
    Open,
    /// It could not be kept, and why.
    Failed(String),
    /// It is in this file.
    Kept(String),
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Keeping {
    /// As what.
    pub form: Form,
    /// Under which name.
    pub name: Input,
    /// The directory that the name is in, as the page says it.
    pub place: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether the learner has changed the name that was proposed.
    is_edited: bool,
}

impl Keeping {
    /// Whether the name says by itself where the file will be: not in the directory that the program runs in.
    pub fn is_elsewhere(&self) -> bool {
        let name = self.name.value().trim_start();
        name.starts_with('/') || name.starts_with("~/")
    }
}

/// Opens the page.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    let Some(take) = app.take() else {
        return Vec::new();
    };
    if take.timeline.is_empty() {
        return Vec::new();
    }
    app.keeping = Keeping {
        form: app.keeping.form,
        ..Keeping::default()
    };
    app.overlay = Some(Overlay::Keep);
    vec![proposal(app), Effect::Draw]
}

/// Asks for a name that is free.
fn proposal(app: &App) -> Effect {
    let stem = app.take().map_or("lesson", |take| &take.lesson.id);
    Effect::Name {
        stem: stem.to_owned(),
        extension: app.keeping.form.extension(),
    }
}

/// A name that is free was found, in this directory.
pub(super) fn named(app: &mut App, name: String, place: String) -> Vec<Effect> {
    app.keeping.place = place;
    if !app.keeping.is_edited {
        app.keeping.name = Input::new(name);
    }
    vec![Effect::Draw]
}

/// Goes to the next form, or the one before.
pub(super) fn walk(app: &mut App, forward: bool) -> Vec<Effect> {
    let here = Form::ALL.iter().position(|form| *form == app.keeping.form);
    let count = Form::ALL.len();
    let by = if forward { 1 } else { count - 1 };
    choose(app, (here.unwrap_or(0) + by) % count)
}

/// Chooses a form by its place on the page. A name that the learner chose keeps its stem.
pub(super) fn choose(app: &mut App, index: usize) -> Vec<Effect> {
    let keeping = &mut app.keeping;
    let Some(form) = Form::ALL.get(index) else {
        return Vec::new();
    };
    if matches!(keeping.outcome, Outcome::Kept(_)) {
        return Vec::new();
    }
    let old = std::mem::replace(&mut keeping.form, *form).extension();
    keeping.outcome = Outcome::Open;
    if !keeping.is_edited {
        return vec![proposal(app), Effect::Draw];
    }
    if let Some(stem) = keeping.name.value().strip_suffix(&format!(".{old}")) {
        keeping.name = Input::new(format!("{stem}.{}", keeping.form.extension()));
    }
    vec![Effect::Draw]
}

/// Changes the name.
pub(super) fn edit(app: &mut App, edit: Edit) -> Vec<Effect> {
    /// No file system takes longer ones.
    const LONGEST: usize = 4096;
    let keeping = &mut app.keeping;
    let is_more = matches!(edit, Edit::InsertChar(_));
    let is_full = is_more && keeping.name.value().len() >= LONGEST;
    if is_full || matches!(keeping.outcome, Outcome::Kept(_)) {
        return Vec::new();
    }
    let change = keeping.name.handle(edit);
    if change.is_some_and(|change| change.value) {
        keeping.is_edited = true;
        keeping.outcome = Outcome::Open;
    }
    vec![Effect::Draw]
}

/// Enter: keeps it; when that is done, closes the page.
pub(super) fn keep(app: &mut App) -> Vec<Effect> {
    let keeping = &mut app.keeping;
    if matches!(keeping.outcome, Outcome::Kept(_)) {
        app.overlay = None;
        return vec![Effect::Draw];
    }
    let name = keeping.name.value().trim().to_owned();
    if name.is_empty() {
        keeping.outcome = Outcome::Failed("the file needs a name".to_owned());
        return vec![Effect::Draw];
    }
    let form = keeping.form;
    vec![Effect::Keep { form, name }, Effect::Draw]
}

/// What came of it.
pub(super) fn kept(app: &mut App, outcome: Result<String, String>) -> Vec<Effect> {
    app.keeping.outcome = match outcome {
        Ok(file) => Outcome::Kept(file),
        Err(why) => Outcome::Failed(why),
    };
    vec![Effect::Draw]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_path_says_by_itself_where_the_file_will_be() {
        let table = [
            ("s.mmap", false),
            ("there/s.mmap", false),
            ("/there/s.mmap", true),
            ("~/s.mmap", true),
            ("~you/s.mmap", false),
        ];
        for (name, elsewhere) in table {
            let keeping = Keeping {
                name: Input::new(name.to_owned()),
                ..Keeping::default()
            };
            assert_eq!(keeping.is_elsewhere(), elsewhere, "{name}");
        }
    }

    #[test]
    fn names_are_quoted_as_a_shell_needs_it() {
        let table = [
            ("lab-2026-11-23.mmap", "lab-2026-11-23.mmap"),
            ("my lab.mmap", "'my lab.mmap'"),
            ("it's.md", r"'it'\''s.md'"),
            ("-x.c", "./-x.c"),
            ("a;b", "'a;b'"),
        ];
        for (name, quoted_name) in table {
            assert_eq!(quoted(name), quoted_name);
        }
    }
}

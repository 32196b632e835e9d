//! Steps to Markdown, with room where a teacher writes.

use super::Step;
use crate::keep::Origin;
use crate::lesson::{Front, Lesson, Options};
use serde::Serialize;
use std::fmt::Write;

/// The lesson.
pub(super) fn markdown(lesson: &Lesson, origin: &Origin, steps: &[Step]) -> String {
    let mut page = format!("+++\n{}+++\n", front(lesson, steps));
    let place = if lesson.is_lab() {
        "the empty lab".to_owned()
    } else {
        format!("the lesson \"{}\"", escaped(&lesson.front.title))
    };
    let _ = write!(
        page,
        "*Replace this text: what will the reader see?* It was made of a session in {place}, of {} on Linux {}. It can \
         be checked and played as it is.\n\n",
        origin.date,
        escaped(&origin.machine.kernel)
    );
    page += "> Speaker: notes stand in lines like this one. They are hidden unless asked for.\n\n";
    for step in steps {
        self::step(&mut page, step);
    }
    page += "## Try it yourself\n*Replace this text: what could the reader type next?*\n";
    page
}

/// What front matter looks like in a file.
#[derive(Serialize)]
struct Written<'a> {
    title: String,
    summary: String,
    minutes: u32,
    needs: &'a [crate::lesson::Need],
    #[serde(rename = "file")]
    files: &'a [crate::lesson::ScratchFile],
}

fn front(lesson: &Lesson, steps: &[Step]) -> String {
    let Front {
        title,
        needs,
        files,
        ..
    } = &lesson.front;
    let written = Written {
        title: if lesson.is_lab() {
            "A session in the lab".to_owned()
        } else {
            format!("{title}: a session")
        },
        summary: "Replace this: one sentence of what will be seen.".to_owned(),
        minutes: (steps.len() as u32 * 2).clamp(1, 120),
        needs,
        files,
    };
    // Such a table has nothing that TOML could not hold.
    toml::to_string(&written).unwrap_or_default()
}

fn step(page: &mut String, step: &Step) {
    // Braces would be options.
    let title = step.title.replace('{', "(").replace('}', ")");
    let _ = write!(
        page,
        "## {}{}\n*Replace this text: what is about to happen?*\n\n",
        escaped(&title),
        options(&step.options)
    );
    for left_out in &step.left_out {
        let _ = writeln!(page, "> Left out: {left_out}.\n");
    }
    let mut blocks = step.blocks.iter().peekable();
    while let Some(block) = blocks.next() {
        if let Some(question) = &block.question {
            fence(
                page,
                &format!("predict {question}"),
                "How many minor faults will this cost?",
            );
        }
        let mut code = block.code.clone();
        while let Some(next) = blocks
            .next_if(|next| next.info == block.info && next.question.is_none() && joins(&next.info))
        {
            code += "\n";
            code += &next.code;
        }
        fence(page, &block.info, &code);
    }
    fence(page, "expect", &step.rules.text().join("\n"));
    page.push_str("*Replace this text: why was it so?*");
    if step.told.is_empty() {
        page.push_str("\n\n");
        return;
    }
    page.push_str(" In that session the tutor said:\n\n");
    let (told, more) = step.told.split_at(step.told.len().min(super::TOLD));
    for sentence in told {
        let _ = writeln!(page, "- {}", escaped(sentence));
    }
    if !more.is_empty() {
        let _ = writeln!(page, "- and {} more", more.len());
    }
    page.push('\n');
}

/// Whether blocks of that kind may be one: those of a race may not.
fn joins(info: &str) -> bool {
    !info.starts_with("c race")
}

/// A fence, its marks longer than any in it.
fn fence(page: &mut String, info: &str, text: &str) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let marks = "`".repeat(longest.max(2) + 1);
    let _ = write!(page, "{marks}{info}\n{text}\n{marks}\n\n");
}

/// Options as they stand behind a title.
fn options(options: &Options) -> String {
    let Ok(toml::Value::Table(mut table)) = toml::Value::try_from(options) else {
        return String::new();
    };
    let usual = toml::Value::try_from(Options::default()).ok();
    table.retain(|name, value| usual.as_ref().and_then(|usual| usual.get(name)) != Some(value));
    if table.is_empty() {
        return String::new();
    }
    let pairs: Vec<String> = table
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    format!(" {{{}}}", pairs.join(", "))
}

/// Text in which nothing means anything to Markdown.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in crate::lesson::visible::visible_line(text).chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '#' | '~'
        ) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

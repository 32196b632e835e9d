//! `/proc/<pid>/cmdline`: with what a process was started, whole and in short. See proc(5).

use super::status;
use crate::mem::Pid;

/// How a process was started. As it wrote it itself: not made safe for a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Its short name, `comm`.
    pub name: String,
    /// Its arguments; empty where it has none, as the kernel's own threads, or where they cannot be read.
    pub arguments: Vec<String>,
    /// Whether it has ended, and only its parent has not taken notice: then it has no arguments any more.
    pub ended: bool,
}

impl Command {
    /// Of the process with that short name.
    pub fn of(pid: Pid, name: String) -> Self {
        Self {
            name,
            arguments: status::arguments(pid),
            ended: false,
        }
    }

    /// Of a process that has ended: its name is all that is left.
    pub fn ended(name: String) -> Self {
        Self {
            name,
            arguments: Vec::new(),
            ended: true,
        }
    }

    /// All of it in one line; of one without arguments its name, and whether it has ended.
    pub fn whole(&self) -> String {
        if self.ended {
            format!("{} (ended)", self.name)
        } else if self.arguments.is_empty() {
            self.name.clone()
        } else {
            self.arguments.join(" ")
        }
    }

    /// The same without the directories of the program, which its VMAs tell; a name alone stands in brackets, as ps
    /// has it.
    pub fn short(&self) -> String {
        if self.ended {
            return self.whole();
        }
        let Some((program, rest)) = self.arguments.split_first() else {
            return format!("[{}]", self.name);
        };
        // Some programs write a sentence in the place of their name: `nginx: worker /etc/nginx.conf`.
        let file = match program.rsplit_once('/') {
            Some((directory, file)) if !directory.contains(char::is_whitespace) => file,
            _ => program,
        };
        let words = std::iter::once(file).chain(rest.iter().map(String::as_str));
        words.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_whole_and_in_short() {
        let table: [(&[&str], &str, &str); 6] = [
            (&[], "kswapd0", "[kswapd0]"),
            (&["cat"], "cat", "cat"),
            (
                &["/usr/bin/cat", "/etc/x"],
                "/usr/bin/cat /etc/x",
                "cat /etc/x",
            ),
            (&["./run", "a b"], "./run a b", "run a b"),
            (&["-bash"], "-bash", "-bash"),
            (
                &["nginx: worker /etc/nginx.conf"],
                "nginx: worker /etc/nginx.conf",
                "nginx: worker /etc/nginx.conf",
            ),
        ];
        for (arguments, whole, short) in table {
            let command = Command {
                name: "kswapd0".to_owned(),
                arguments: arguments.iter().map(ToString::to_string).collect(),
                ended: false,
            };
            assert_eq!(
                (command.whole(), command.short()),
                (whole.into(), short.into())
            );
        }
        let ended = Command::ended("python3".to_owned());
        assert_eq!(
            (ended.whole(), ended.short()),
            ("python3 (ended)".into(), "python3 (ended)".into())
        );
    }
}

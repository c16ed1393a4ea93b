//! CPU time of processes, from Linux's `/proc/<pid>/stat` (proc_pid_stat(5)).

use std::{fs, time::Duration};

/// The unit of the file's times: USER_HZ, which is 100 on every platform that Rust supports.
const TICK: Duration = Duration::from_millis(10);

/// Whose CPU time is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// One process.
    Process(u32),
    /// A PostgreSQL: its postmaster and every process under it, those that have ended included.
    Server(u32),
    /// This process.
    Own,
    /// The processes that this one has started and that have ended.
    Ended,
}

struct Stat {
    parent: u32,
    own: u64,
    of_ended_children: u64,
}

impl Whose {
    /// What was used so far; `None` where it cannot be told, as of a database on another machine.
    pub(crate) fn used(self) -> Option<Duration> {
        let ticks = match self {
            Self::Process(pid) => read(&pid.to_string())?.own,
            Self::Own => read("self")?.own,
            Self::Ended => read("self")?.of_ended_children,
            Self::Server(pid) => {
                let postmaster = read(&pid.to_string())?;
                let children = all().filter(|stat| stat.parent == pid).map(|stat| stat.own).sum::<u64>();
                postmaster.own + postmaster.of_ended_children + children
            }
        };
        Some(TICK * u32::try_from(ticks).unwrap_or(u32::MAX))
    }
}

/// The parent of a process.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    read(&pid.to_string()).map(|stat| stat.parent)
}

/// What a process has in memory, in MiB.
pub(crate) fn resident(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// How many files and connections a process has open.
pub(crate) fn open_files(pid: u32) -> Option<usize> {
    fs::read_dir(format!("/proc/{pid}/fd")).ok().map(Iterator::count)
}

fn read(pid: &str) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn all() -> impl Iterator<Item = Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| read(entry.file_name().to_str().filter(|name| name.parse::<u32>().is_ok())?))
}

fn parse(text: &str) -> Option<Stat> {
    // The second field is the program's name in parentheses, which may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some(Stat {
        parent: u32::try_from(field(4)?).ok()?,
        own: field(14)? + field(15)?,
        of_ended_children: field(16)? + field(17)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let text = "7 (a ) b) S 3 7 7 0 -1 4194560 1 2 3 4 50 60 7 8 20 0 1 0 9";
        let stat = parse(text).expect("reads");
        assert_eq!((stat.parent, stat.own, stat.of_ended_children), (3, 110, 15));
    }

    #[test]
    fn this_process_has_used_time_and_memory() {
        assert!(Whose::Own.used().is_some());
        assert!(resident(std::process::id()).is_some_and(|mib| mib > 0.1));
    }
}

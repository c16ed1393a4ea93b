//! State that survives `kill -9`: every change is in the journal before the answer goes out.
//!
//! The journal is a file of JSON lines. A commit is one line and one `write`, so it is there as a whole or not at
//! all. It is not synced to disk: what a twin must outlive is the death of the process, not of the machine.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::watch;

/// At the start, a journal longer than this many bytes is replaced by one line that holds the state.
const COMPACT_AT: u64 = 8 << 20;

/// What a twin knows, as the sum of its changes.
///
/// Changes and state go through JSON. Enums among them are tagged externally (serde's default): the other forms
/// cannot carry numbers while `serde_json` keeps their text.
pub trait State: Default + Serialize + DeserializeOwned + Send + 'static {
    /// One thing that happened. It carries every value it sets, ids and times included, so that applying it again
    /// at a later start gives the same state.
    type Change: Serialize + DeserializeOwned + Send;

    /// Makes the change true. Cannot fail and decides nothing.
    fn apply(&mut self, change: Self::Change);
}

/// Why a journal cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system said no.
    #[error("journal {path}: {source}")]
    Io {
        /// The journal's file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Another process has it open.
    #[error("journal {0} is in use by another process; stop that one or choose another file")]
    InUse(PathBuf),
    /// A line before the last one cannot be read: this is no torn write but damage or another version.
    #[error("journal {path}, line {line}: {source}; move the file away to start afresh")]
    Damaged {
        /// The journal's file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl From<JournalError> for io::Error {
    fn from(error: JournalError) -> Self {
        Self::other(error)
    }
}

#[derive(Serialize, Deserialize)]
enum Line<S, C> {
    /// Everything up to here.
    State(S),
    /// One commit.
    Changes(Vec<C>),
}

/// A state and the file that it is rebuilt from. Cheap to clone; clones share both.
pub struct Journal<S: State> {
    inner: Arc<Inner<S>>,
}

struct Inner<S> {
    kept: Mutex<Kept<S>>,
    version: watch::Sender<u64>,
}

struct Kept<S> {
    state: S,
    file: Option<Written>,
}

struct Written {
    path: PathBuf,
    file: File,
    length: u64,
}

impl<S: State> Clone for Journal<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<S: State> Journal<S> {
    /// A journal that is forgotten with the process, for simulations and tests.
    pub fn in_memory() -> Self {
        Self::new(S::default(), None)
    }

    /// [`Journal::open`] with a path, [`Journal::in_memory`] without.
    pub fn at(path: Option<&Path>) -> Result<Self, JournalError> {
        path.map_or_else(|| Ok(Self::in_memory()), Self::open)
    }

    /// Opens the file, makes it (and its folder) if there is none, and replays it. A torn last line, left by a
    /// process that died in the middle of a write, is cut off: nobody was answered on its strength.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Io { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let (file, state, length) = loop {
            let file = locked(path)?;
            let (state, length) = replay::<S>(&file, path)?;
            file.set_len(length).map_err(failed)?;
            if length <= COMPACT_AT {
                break (file, state, length);
            }
            // The new file replaces the one whose lock we hold, so it is opened (and locked) afresh.
            if compact(path, &state).map_err(failed)? >= COMPACT_AT {
                let file = locked(path)?;
                let length = file.metadata().map_err(failed)?.len();
                break (file, state, length);
            }
        };
        Ok(Self::new(state, Some(Written { path: path.to_owned(), file, length })))
    }

    fn new(state: S, file: Option<Written>) -> Self {
        Self { inner: Arc::new(Inner { kept: Mutex::new(Kept { state, file }), version: watch::Sender::new(0) }) }
    }

    /// Looks at the state. Keep it short: everyone else waits.
    pub fn read<R>(&self, look: impl FnOnce(&S) -> R) -> R {
        look(&self.kept().state)
    }

    /// Decides on the state as it stands and makes the changes true, all or none; nobody comes between.
    /// When it returns `Ok`, the changes are in the file.
    pub fn commit<R, E: From<JournalError>>(
        &self,
        decide: impl FnOnce(&S) -> Result<(Vec<S::Change>, R), E>,
    ) -> Result<R, E> {
        let mut kept = self.kept();
        let (changes, answer) = decide(&kept.state)?;
        if changes.is_empty() {
            return Ok(answer);
        }
        let line = Line::<&S, _>::Changes(changes);
        if let Some(written) = &mut kept.file {
            written.append(&line)?;
        }
        if let Line::Changes(changes) = line {
            changes.into_iter().for_each(|change| kept.state.apply(change));
        }
        drop(kept);
        self.inner.version.send_modify(|version| *version += 1);
        Ok(answer)
    }

    /// Tells when something has been committed.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.inner.version.subscribe()
    }

    fn kept(&self) -> MutexGuard<'_, Kept<S>> {
        // A panic while deciding has changed nothing yet, so the state behind a poisoned lock is whole.
        self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    fn append(&mut self, line: &impl Serialize) -> Result<(), JournalError> {
        let failed = |source| JournalError::Io { path: self.path.clone(), source };
        let bytes = as_line(line).map_err(failed)?;
        if let Err(source) = self.file.write_all(&bytes) {
            // Half a line must not stay in front of the next one.
            let _ = self.file.set_len(self.length);
            return Err(failed(source));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }
}

fn as_line(line: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Opens for appending, for this process alone. The lock dies with the process.
fn locked(path: &Path) -> Result<File, JournalError> {
    let failed = |source| JournalError::Io { path: path.to_owned(), source };
    let file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// The state that the lines add up to, and how many bytes of whole lines there are.
fn replay<S: State>(file: &File, path: &Path) -> Result<(S, u64), JournalError> {
    let failed = |source| JournalError::Io { path: path.to_owned(), source };
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0)).map_err(failed)?;
    let (mut state, mut length, mut bytes) = (S::default(), 0, Vec::new());
    for line in 1.. {
        bytes.clear();
        let read = reader.read_until(b'\n', &mut bytes).map_err(failed)?;
        if bytes.last() != Some(&b'\n') {
            break;
        }
        match serde_json::from_slice::<Line<S, S::Change>>(&bytes) {
            Ok(Line::State(whole)) => state = whole,
            Ok(Line::Changes(changes)) => changes.into_iter().for_each(|change| state.apply(change)),
            Err(source) => return Err(JournalError::Damaged { path: path.to_owned(), line, source }),
        }
        length += read as u64;
    }
    Ok((state, length))
}

/// Writes the state beside the journal and puts it in its place. Answers its length.
fn compact<S: State>(path: &Path, state: &S) -> io::Result<u64> {
    let beside = path.with_extension("compacting");
    let bytes = as_line(&Line::<&S, S::Change>::State(state))?;
    let mut file = File::create(&beside)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    Ok(bytes.len() as u64)
}

//! Files that a library reads in a thread of its own: it lends what it reads out of what it has open, and may give up on a
//! damaged file by a panic, which so ends as a message.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::convert::{Converter, Json};
use super::stream::{Fault, Pull, Stream};
use crate::diagnostic::Code;

/// Written bytes at which they are handed over, and how many are read at a time.
pub(super) const BLOCK: usize = 1 << 18;

/// What a thread of its own writes.
pub(super) struct Apart {
    parts: Receiver<Part>,
    damaged: fn() -> Fault,
}

/// What is handed over.
enum Part {
    Written(Vec<u8>),
    Fault(Fault),
    End,
}

/// Hands over what is written.
pub(super) struct Giver(SyncSender<Part>);

/// Nobody listens any more.
pub(super) struct Unheard;

impl Giver {
    /// Hands over what was written, once it is a block; with `all` whatever there is.
    pub(super) fn give(&self, json: &mut Json, all: bool) -> Result<(), Unheard> {
        if json.length() < BLOCK && !all {
            return Ok(());
        }
        self.0.send(Part::Written(json.take())).map_err(|_| Unheard)
    }
}

impl Apart {
    /// Starts a thread that reads and hands over. It ends with its file, or when nobody listens any more; `damaged` says what
    /// it means if the library gives up.
    pub(super) fn start(
        name: &str,
        damaged: fn() -> Fault,
        read: impl FnOnce(&Giver) -> Result<(), Fault> + Send + 'static,
    ) -> Result<Apart, Fault> {
        let (sender, parts) = sync_channel(1);
        let run = move || {
            let giver = Giver(sender);
            let last = match read(&giver) {
                Ok(()) => Part::End,
                Err(fault) => Part::Fault(fault),
            };
            // Where nobody listens any more there is nothing to say.
            let _ = giver.0.send(last);
        };
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(run)
            .map_err(|_| Fault::new(Code::UnreadableFile, "the file cannot be read: the system has no thread left"))?;
        Ok(Apart { parts, damaged })
    }
}

impl Converter for Apart {
    fn convert(&mut self, json: &mut Json) -> Result<bool, Fault> {
        match self.parts.recv() {
            Ok(Part::Written(rows)) => {
                json.written(&rows);
                Ok(true)
            }
            Ok(Part::Fault(fault)) => Err(fault),
            Ok(Part::End) => Ok(false),
            // The library gave up on it.
            Err(_) => Err((self.damaged)()),
        }
    }
}

/// The bytes of a file that is read out of order, as it lies there.
pub(super) fn whole(mut stream: Stream<'_>, most: u64, too_large: impl Fn() -> Fault) -> Result<Vec<u8>, Fault> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    loop {
        if length == bytes.len() {
            bytes.resize(length + BLOCK, 0);
        }
        match stream.pull(&mut bytes[length..])? {
            0 => break,
            count => length += count,
        }
        if length as u64 > most {
            return Err(too_large());
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

//! What stands in the folder of an index, before it is read.

use super::folder::{Folder, Stands};
use super::layer::Layer;
use super::reader::Reader;

/// What is found of an index.
pub(crate) enum Found {
    Nothing,
    /// Of another store, or of another version.
    Another,
    /// It can't be read, or a file is not what it was when it was written.
    Damaged,
    Sound(Box<Reader>),
}

impl Found {
    /// What is in a folder, each file held against its checksum.
    pub(crate) fn checked(folder: &Folder, store: [u8; 16]) -> Self {
        match folder.look(store) {
            Stands::Nothing => Self::Nothing,
            Stands::Another => Self::Another,
            Stands::Damaged => Self::Damaged,
            Stands::Index(..) => Reader::open(folder, store)
                .map_or(Self::Damaged, |reader| Self::Sound(Box::new(reader))),
        }
    }
}

impl Layer {
    /// Row and last change of each contact that it has, as often as it has it.
    pub(crate) fn each_document(&self) -> impl Iterator<Item = (i64, u64)> {
        self.segments().iter().flat_map(|segment| {
            let documents = (0..segment.documents()).filter(|one| !segment.is_deleted(*one));
            documents.map(|one| (segment.row(one), segment.change(one)))
        })
    }
}

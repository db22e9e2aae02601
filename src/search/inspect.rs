//! What stands in the folder of an index, before it is read.

use tantivy::index::SegmentId;

use super::folder::{Folder, Stands};
use super::layer::Layer;
use super::reader::Reader;

/// How often it is looked again, because whoever writes the index took a file away that was
/// just to be read.
const LOOKS: usize = 5;

/// What is found of an index.
pub(crate) enum Found {
    Nothing,
    /// Of another store, or of another version.
    Another,
    /// It can't be read, or a file is not what it was when it was written.
    Damaged,
    Sound(Reader),
}

impl Found {
    /// What is in a folder, each file held against its checksum: a tenth of a second for a
    /// million contacts.
    pub(crate) fn checked(folder: &Folder, store: [u8; 16]) -> Self {
        let mut last = None;
        for _ in 0..LOOKS {
            let before = Some(segments(folder, store));
            let found = Self::look(folder, store);
            if !matches!(found, Self::Damaged) || before == last {
                return found;
            }
            last = before;
        }
        Self::Damaged
    }

    fn look(folder: &Folder, store: [u8; 16]) -> Self {
        match folder.look(store) {
            Stands::Nothing => return Self::Nothing,
            Stands::Another => return Self::Another,
            Stands::Damaged => return Self::Damaged,
            Stands::Index(..) => {}
        }
        match Reader::open(folder, store) {
            Some(reader) => Self::Sound(reader),
            None => Self::Damaged,
        }
    }
}

/// The segments that an index has at the moment.
fn segments(folder: &Folder, store: [u8; 16]) -> Option<Vec<SegmentId>> {
    match folder.look(store) {
        Stands::Index(index, _) => index.searchable_segment_ids().ok(),
        _ => None,
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

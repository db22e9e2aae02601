//! Reading the index in a folder, which another handle or process may be writing.

use std::sync::Arc;

use tantivy::{Index, IndexReader, Result, TantivyError};

use super::folder::{self, Commit, Folder, Stands};
use super::layer::Layer;
use super::layout::{Layout, Reached};

/// An index on disk, as far as this handle has read it.
pub(crate) struct Reader {
    index: Index,
    reader: IndexReader,
    layout: Layout,
    layer: Arc<Layer>,
    /// Which commit it was read after.
    commit: Commit,
}

/// How often an index is tried to be read.
const ATTEMPTS: usize = 3;

impl Reader {
    /// The index in a folder, if there is one of this store that can be read. Every file is
    /// held against its checksum.
    pub(crate) fn open(folder: &Folder, store: [u8; 16]) -> Option<Self> {
        // Whoever writes it may take away a file that was just to be read.
        (0..ATTEMPTS).find_map(|_| Self::try_open(folder, store))
    }

    fn try_open(folder: &Folder, store: [u8; 16]) -> Option<Self> {
        let Stands::Index(index, _) = folder.look(store) else {
            return None;
        };
        if !folder::is_sound(&index) {
            return None;
        }
        // What it says of how far it goes is read before what it has.
        let commit = folder::commit(&index).ok()?;
        let reached = folder::reached(&index).ok().flatten()?;
        let reader = folder::reader(&index).ok()?;
        let (layout, _, _) = Layout::new();
        let layer = Arc::new(Layer::of(&reader, layout, reached, None).ok()?);
        if !has_gone_on(&index, &layer).ok()? {
            return None;
        }
        Some(Self {
            index,
            reader,
            layout,
            layer,
            commit,
        })
    }

    pub(crate) fn layer(&self) -> &Arc<Layer> {
        &self.layer
    }

    /// Looks whether somebody committed meanwhile.
    ///
    /// # Errors
    ///
    /// Those of an index that is no longer there, or can't be read.
    pub(crate) fn refresh(&mut self) -> Result<()> {
        // What is made anew goes as far, and is another all the same.
        let commit = folder::commit(&self.index)?;
        let reached = folder::reached(&self.index)?;
        let another = || TantivyError::InvalidArgument("the index became another".to_owned());
        let reached = reached.ok_or_else(another)?;
        if commit != self.commit {
            // A file may be taken away between two looks.
            if self.reader.reload().is_err() {
                self.reader.reload()?;
            }
            let layer = Layer::of(&self.reader, self.layout, reached, Some(&self.layer))?;
            self.layer = Arc::new(layer);
            if !has_gone_on(&self.index, &self.layer)? {
                return Err(another());
            }
            self.commit = commit;
        }
        Ok(())
    }
}

/// Whether an index still is the one of which a layer was read, and not one that was begun
/// anew between the look at how far it goes and the look at what it has.
fn has_gone_on(index: &Index, layer: &Layer) -> Result<bool> {
    let reached = folder::reached(index)?;
    Ok(reached.is_some_and(|reached| reached.change >= layer.reached().change))
}

/// How far the index in a folder says that it has come.
pub(crate) fn reached_on_disk(folder: &Folder, store: [u8; 16]) -> Option<Reached> {
    match folder.look(store) {
        Stands::Index(_, reached) => Some(reached),
        _ => None,
    }
}

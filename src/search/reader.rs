//! Reading the index in a folder, which another handle or process may be writing.

use std::sync::Arc;

use tantivy::{Index, IndexReader, Result, TantivyError};

use super::folder::{self, Folder, Stands};
use super::layer::Layer;
use super::layout::{Layout, Reached};

/// An index on disk, as far as this handle has read it.
pub(crate) struct Reader {
    index: Index,
    reader: IndexReader,
    layout: Layout,
    layer: Arc<Layer>,
}

impl Reader {
    /// An index whose files were held against their checksums: tantivy relies on what it reads,
    /// and stops the program on much of what it can't.
    pub(super) fn of(index: Index) -> Result<Self> {
        // What it says of how far it goes is read before what it has.
        let reached = folder::reached(&index)?.ok_or_else(another)?;
        let reader = folder::reader(&index)?;
        let (layout, _, _) = Layout::new();
        let layer = Arc::new(Layer::of(&reader, layout, reached)?);
        Ok(Self {
            index,
            reader,
            layout,
            layer,
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
        let reached = folder::reached(&self.index)?.ok_or_else(another)?;
        if reached != *self.layer.reached() {
            self.reader.reload()?;
            self.layer = Arc::new(Layer::of(&self.reader, self.layout, reached)?);
        }
        Ok(())
    }
}

fn another() -> TantivyError {
    TantivyError::InvalidArgument("the index is another one".to_owned())
}

/// How far the index in a folder says that it has come.
pub(crate) fn reached_on_disk(folder: &Folder, store: [u8; 16]) -> Option<Reached> {
    match folder.look(store) {
        Stands::Index(_, reached) => Some(reached),
        _ => None,
    }
}
